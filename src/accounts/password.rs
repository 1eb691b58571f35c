//! Passwords: 100 random bits, shown once; only a hash leaves this room.

use crate::diag::{Diagnostic, Result};

/// Crockford's base 32: no I, L, O, U, so that a letter is read back without doubt.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Characters of a password: 20 of 5 bits each.
const LENGTH: usize = 20;

/// Work factor of bcrypt. nginx hashes again at each request, and 100 random bits need no slow hash.
pub const COST: u32 = 8;

/// A new password, in clear, for the time of showing it once.
pub struct Password(String);

impl Password {
    /// Draws a password from the random generator of the system.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate() -> Result<Self> {
        let mut bytes = [0; LENGTH];
        getrandom::fill(&mut bytes)
            .map_err(|_| Diagnostic::error("le système ne fournit pas de nombres aléatoires"))?;
        // Five bits of each byte: all characters are equally likely.
        let clear = bytes
            .iter()
            .map(|b| char::from(ALPHABET[usize::from(b & 31)]))
            .collect();
        Ok(Self(clear))
    }

    /// Gives the password to show it; it must not be written anywhere.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Hashes the password with bcrypt (`$2y$08$…`).
    ///
    /// # Errors
    /// When the system gives no randomness for the salt.
    pub fn hash(&self) -> Result<String> {
        let parts = bcrypt::hash_with_result(&self.0, COST)
            .map_err(|_| Diagnostic::error("l’empreinte du mot de passe n’a pas pu être calculée"))?;
        Ok(parts.format_for_version(bcrypt::Version::TwoY))
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_a_hundred_bits_and_keeps_a_hash() {
        let (one, two) = (
            Password::generate().expect("random"),
            Password::generate().expect("random"),
        );
        assert_ne!(one.reveal(), two.reveal());
        assert!(one.reveal().len() == 20 && one.reveal().bytes().all(|b| ALPHABET.contains(&b)));
        assert_eq!(format!("{one:?}"), "Password(…)");
        let hash = one.hash().expect("a hash");
        assert!(hash.starts_with("$2y$08$") && hash.len() == 60);
        assert!(bcrypt::verify(one.reveal(), &hash).expect("a bcrypt hash"));
        assert!(!bcrypt::verify(two.reveal(), &hash).expect("a bcrypt hash"));
    }
}
