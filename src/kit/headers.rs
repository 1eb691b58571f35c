//! The headers of every answer, whatever its status.

/// Headers and their values. Nothing is loaded from elsewhere, nothing is written in line, nobody frames the site.
pub const ALWAYS: [(&str, &str); 8] = [
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    // Sent without TLS too: the kit only lets that happen behind a proxy that adds it.
    ("Strict-Transport-Security", "max-age=31536000"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Robots-Tag", "noindex, nofollow, noarchive"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    (
        "Permissions-Policy",
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    ),
];

/// Caches keep no page and no figure.
pub const CACHE_PAGES: &str = "private, no-store";

/// An asset whose name carries its hash never changes; only the reader's own cache keeps it.
pub const CACHE_ASSETS: &str = "private, max-age=31536000, immutable";
