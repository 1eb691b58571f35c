//! Kit for Authelia in front of the pages served by nginx.

use super::nginx::{self, Login, error_location};
use super::public::{FILES, PAGES, style_pattern};
use super::settings::Settings;
use super::{File, fill};

pub(super) fn files(settings: &Settings, name: &str, authelia: &str, http2: bool) -> Vec<File> {
    // The name comes from here, not from the request: a reader who asks under the name of another site, open that one,
    // would be let in. Always https: Authelia refuses the rest, and another server may encrypt in front of this one.
    let auth = format!(
        "    auth_request /atlas-authelia;\n    auth_request_set $atlas_user $upstream_http_remote_user;\n    auth_request_set $atlas_portal $upstream_http_location;\n\n    location = /atlas-authelia {{\n        internal;\n        access_log off;\n        proxy_pass {authelia}/api/authz/auth-request;\n        proxy_method GET;\n        proxy_pass_request_body off;\n        proxy_set_header Content-Length \"\";\n        proxy_set_header X-Original-Method $request_method;\n        proxy_set_header X-Original-URL https://{name}$request_uri;\n        proxy_set_header X-Forwarded-Host {name};\n        proxy_set_header X-Forwarded-Proto https;\n        proxy_set_header X-Forwarded-For $remote_addr;\n        proxy_set_header Remote-User \"\";\n    }}"
    );
    let login = Login {
        kit: "authelia",
        auth: &auth,
        open: "auth_request off;",
        user: "$atlas_user",
        refused: &refused(),
        http2,
    };
    let mut files = nginx::with_login(settings, &login);
    let mut resources: Vec<String> = PAGES.iter().map(|p| format!("^/{p}(/(index\\.html)?)?$")).collect();
    resources.extend(FILES.iter().map(|f| format!("^/{}$", f.replace('.', "\\."))));
    resources.push(style_pattern());
    let resources: Vec<String> = resources.iter().map(|r| format!("        - '{r}'")).collect();
    let values = [
        ("accounts", settings.accounts.as_str()),
        ("name", name),
        ("resources", &resources.join("\n")),
    ];
    files.push((
        "etc/authelia/configuration.atlas.yml",
        fill(include_str!("files/authelia.yml"), &values),
    ));
    files
}

/// Without a session: to the portal Authelia names, or a page that says so.
fn refused() -> String {
    let help = "L’atlas est réservé aux partenaires de la convention. <a href='/connexion/'>Aide à la connexion</a>";
    error_location(401, "Connexion nécessaire", help).replace(
        "        return 401 ",
        "        if ($atlas_portal) {\n            return 302 $atlas_portal;\n        }\n        return 401 ",
    )
}
