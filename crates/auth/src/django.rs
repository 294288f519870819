//! Password hashes that Django made, which are checked as they stand.

use std::num::NonZeroU32;

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::pbkdf2::{self, PBKDF2_HMAC_SHA1, PBKDF2_HMAC_SHA256};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use bcrypt::HashParts;
use sha2::{Digest, Sha256};

use crate::PasswordHasher;

/// Most rounds of PBKDF2. Django asks for a million, and for more in each of its versions.
const PBKDF2_ROUNDS: u32 = 3_000_000;
/// Most memory for argon2, in KiB. Django asks for 100 MiB.
const ARGON2_MEMORY: u32 = 256 * 1024;
/// Most memory that argon2 goes through in all its passes, in KiB. Django makes two.
const ARGON2_WORK: u64 = 2 * 1024 * 1024;
/// Most memory for each of the two tables of scrypt, in bytes. Django asks for 16 MiB.
const SCRYPT_MEMORY: u64 = 128 * 1024 * 1024;
/// Most memory that scrypt fills, one time after the other, in bytes. Django has it do so five times.
const SCRYPT_WORK: u64 = 1024 * 1024 * 1024;

/// Whether something is the password.
type Check<'a> = Box<dyn Fn(&str) -> bool + 'a>;

/// Whether this is a hash that is checked here.
pub(crate) fn knows(stored: &str) -> bool {
    check(stored).is_some()
}

/// Whether this is the password of a hash in one of the forms of Django's `django.contrib.auth.hashers`. False for a hash
/// that is broken, asks for too much work, is of another scheme, or says that there is no password (`!…`).
pub(crate) fn verify(password: &str, stored: &str) -> bool {
    check(stored).is_some_and(|check| check(password))
}

/// How passwords are checked against a hash, if it is one and they can be.
fn check(stored: &str) -> Option<Check<'_>> {
    let (scheme, hash) = stored.split_once('$')?;
    match scheme {
        "pbkdf2_sha256" => check_pbkdf2::<32>(PBKDF2_HMAC_SHA256, hash),
        "pbkdf2_sha1" => check_pbkdf2::<20>(PBKDF2_HMAC_SHA1, hash),
        "argon2" => check_argon2(hash),
        "bcrypt_sha256" => {
            let check = check_bcrypt(hash)?;
            Some(Box::new(move |password: &str| check(&hex_digest(password))))
        }
        "bcrypt" => check_bcrypt(hash),
        "scrypt" => check_scrypt(hash),
        _ => None,
    }
}

/// `<rounds>$<salt>$<base64 of N bytes>`
fn check_pbkdf2<const N: usize>(algorithm: pbkdf2::Algorithm, hash: &str) -> Option<Check<'_>> {
    let [rounds, salt, key] = fields::<3>(hash, '$')?;
    let rounds: NonZeroU32 = rounds.parse().ok()?;
    let key: [u8; N] = STANDARD.decode(key).ok()?.try_into().ok()?;
    if rounds.get() > PBKDF2_ROUNDS {
        return None;
    }
    Some(Box::new(move |password: &str| {
        pbkdf2::verify(algorithm, rounds, salt.as_bytes(), password.as_bytes(), &key).is_ok()
    }))
}

/// `argon2id$v=19$m=<KiB>,t=<passes>,p=<lanes>$<base64 of the salt>$<base64>`, or `argon2i`, or `argon2d`
fn check_argon2(hash: &str) -> Option<Check<'_>> {
    let [variant, "v=19", costs, salt, key] = fields::<5>(hash, '$')? else {
        return None;
    };
    let [memory, passes, lanes] = fields::<3>(costs, ',')?;
    let memory: u32 = memory.strip_prefix("m=")?.parse().ok()?;
    let passes: u32 = passes.strip_prefix("t=")?.parse().ok()?;
    let lanes: u32 = lanes.strip_prefix("p=")?.parse().ok()?;
    let salt = STANDARD_NO_PAD.decode(salt).ok()?;
    let key = STANDARD_NO_PAD.decode(key).ok()?;
    let work = u64::from(memory) * u64::from(passes);
    if memory > ARGON2_MEMORY || work > ARGON2_WORK || !(16..=64).contains(&key.len()) {
        return None;
    }
    if salt.len() < argon2::MIN_SALT_LEN {
        return None;
    }
    let params = Params::new(memory, passes, lanes, Some(key.len())).ok()?;
    let argon2 = Argon2::new(Algorithm::new(variant).ok()?, Version::V0x13, params);
    Some(Box::new(move |password: &str| {
        let mut derived = vec![0; key.len()];
        let hashed = argon2.hash_password_into(password.as_bytes(), &salt, &mut derived);
        hashed.is_ok() && verify_slices_are_equal(&derived, &key).is_ok()
    }))
}

/// `$2b$<cost>$<salt><hash>`
fn check_bcrypt(hash: &str) -> Option<Check<'_>> {
    let cost = hash.parse::<HashParts>().ok()?.get_cost();
    if !(PasswordHasher::MIN_COST..=PasswordHasher::MAX_COST).contains(&cost) {
        return None;
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "Django had bcrypt cut at 72 bytes as well"
    )]
    let check = move |password: &str| bcrypt::verify(password, hash).unwrap_or(false);
    Some(Box::new(check))
}

/// `<n>$<salt>$<r>$<p>$<base64 of 64 bytes>`
fn check_scrypt(hash: &str) -> Option<Check<'_>> {
    let [n, salt, r, p, key] = fields::<5>(hash, '$')?;
    let (n, r, p): (u32, u32, u32) = (n.parse().ok()?, r.parse().ok()?, p.parse().ok()?);
    let key: [u8; 64] = STANDARD.decode(key).ok()?.try_into().ok()?;
    let block = 128 * u64::from(r);
    let memory = block.saturating_mul(u64::from(n.max(p)));
    let work = block.saturating_mul(u64::from(n)).saturating_mul(u64::from(p));
    if !n.is_power_of_two() || memory > SCRYPT_MEMORY || work > SCRYPT_WORK {
        return None;
    }
    let params = scrypt::Params::new(u8::try_from(n.ilog2()).ok()?, r, p).ok()?;
    Some(Box::new(move |password: &str| {
        let mut derived = [0; 64];
        let hashed = scrypt::scrypt(password.as_bytes(), salt.as_bytes(), &params, &mut derived);
        hashed.is_ok() && verify_slices_are_equal(&derived, &key).is_ok()
    }))
}

/// What Django gives to bcrypt in the place of a password, so that every byte of it counts.
fn hex_digest(password: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(password).into();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The parts of a text, if there are exactly so many.
fn fields<const N: usize>(text: &str, separator: char) -> Option<[&str; N]> {
    text.split(separator).collect::<Vec<_>>().try_into().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    /// What Django 5.2 made these of, at its own costs and at low ones.
    const PASSWORD: &str = "lètmein";
    const AT_ITS_OWN_COSTS: [&str; 4] = [
        "pbkdf2_sha256$1000000$seasalt$r1uLUxoxpP2Ued/qxvmje7UH9PUJBkRrvf9gGPL7Cps=",
        "argon2$argon2id$v=19$m=102400,t=2,p=8$c2Vhc2FsdHNlYXNhbHQ$5X8M3A6KY2o98xsl1DnfJpaxc9OdBrgUbl3HjifV1qo",
        "bcrypt_sha256$$2b$12$1gSYCGawZiGqusoQxYifV.zdah7g7tBcx25Ol9zDnSRUA8cxNxYL2",
        "scrypt$16384$seasalt$8$5$ECMIUp+LMxMSK8xB/IVyba+KYGTI7FTnet025q/1f/vBAVnnP3hdYqJuRi+mJn6ji6ze3Fbb7JEFPKGpuEf5vw==",
    ];
    const AT_LOW_COSTS: [&str; 8] = [
        "pbkdf2_sha256$1000$seasalt$JgZryXe2Ga8ysg6XbzkLpTdyPQrHqsinbL9BnnhgX4A=",
        "pbkdf2_sha1$1000$seasalt$ljleU4wBmTtz/MoG5YTwxpM0d7I=",
        "argon2$argon2id$v=19$m=256,t=2,p=2$c2Vhc2FsdHNlYXNhbHQ$SfYJ1eTiBQ/e+EIRRtSx5ye7QF2DaCQWOS4F4yaQCzA",
        "argon2$argon2i$v=19$m=256,t=2,p=2$c2Vhc2FsdHNlYXNhbHQ$u9YswETiaP+Xx2Ox67mDuPkJXqDVawi/OApDhK6MHMU",
        "argon2$argon2d$v=19$m=256,t=2,p=2$c2Vhc2FsdHNlYXNhbHQ$Oppd3HmofIEM9l3OgicG+ON87jHB7ggo9oVAreZNhGY",
        "bcrypt_sha256$$2b$04$PANkSUa6AIBivZXzUGb.AeRdJdnla8YzvWkx4ADh/K2ytfeqrTqIC",
        "bcrypt$$2b$04$PANkSUa6AIBivZXzUGb.AeJm4DZHj2CAjrmKTo2njCWudQo2rfyYK",
        "scrypt$16$seasalt$8$5$MNagTUULbE3qWBc16teWuFMMKJ7rbwPWx9H5NpJO2+i52+SwrIyLVZPFd3fT/YR6qTKaYLhMqyA9+pkPX+3Qcw==",
    ];

    #[test]
    fn only_the_right_password_is_accepted() {
        for stored in AT_LOW_COSTS {
            assert!(verify(PASSWORD, stored), "{stored}");
            for wrong in ["", "letmein", "lètmei", "lètmein ", "le\u{300}tmein", stored] {
                assert!(!verify(wrong, stored), "{wrong:?}: {stored}");
            }
        }
    }

    #[test]
    fn the_costs_of_django_are_not_too_much() {
        for stored in AT_ITS_OWN_COSTS {
            assert!(verify(PASSWORD, stored), "{stored}");
        }
    }

    #[test]
    fn what_can_be_checked_is_known() {
        for stored in AT_LOW_COSTS.iter().chain(&AT_ITS_OWN_COSTS) {
            assert!(knows(stored), "{stored}");
        }
        for other in [
            "",
            "!",
            "!x$y$z",
            PASSWORD,
            "md5$seasalt$f5531bef",
            "argon2",
            "pbkdf2_sha256$x",
            "pbkdf2_sha256$1000$seasalt$a2V5",
            "pbkdf2_sha256$4000000$seasalt$JgZryXe2Ga8ysg6XbzkLpTdyPQrHqsinbL9BnnhgX4A=",
            "argon2$argon2id$v=16$m=256,t=2,p=2$c2Vhc2FsdHNlYXNhbHQ$SfYJ1eTiBQ/e+EIRRtSx5ye7QF2DaCQWOS4F4yaQCzA",
            "argon2$argon2id$v=19$m=256,t=2,p=2$c2FsdA$SfYJ1eTiBQ/e+EIRRtSx5ye7QF2DaCQWOS4F4yaQCzA",
            "bcrypt$$2b$03$PANkSUa6AIBivZXzUGb.AeJm4DZHj2CAjrmKTo2njCWudQo2rfyYK",
        ] {
            assert!(!knows(other), "{other}");
        }
    }

    #[test]
    fn an_empty_password_is_a_password() {
        let stored = "pbkdf2_sha256$1000$seasalt$XHfRVmyEZRTCcSbqGP00JKv0fRwYHK0ogjPZdSJxCXk=";
        assert!(verify("", stored));
        assert!(!verify(PASSWORD, stored));
    }

    #[test]
    fn bcrypt_alone_cuts_long_passwords_as_it_did() {
        let stored = "bcrypt$$2b$04$PANkSUa6AIBivZXzUGb.AeQMJGtMA7Ts3Gs.8Ny07dk871MG3KtEO";
        assert!(verify(&"x".repeat(72), stored));
        assert!(verify(&"x".repeat(73), stored));
        assert!(!verify(&"x".repeat(71), stored));
    }

    #[test]
    fn what_is_no_hash_of_a_password_is_nobodys() {
        for stored in [
            "",
            "!",
            "!0rNgvjYtUy7IAMSCRAnpaOdJmFBXKLfjoHzb0Ah2",
            PASSWORD,
            "md5$seasalt$f5531bef9f3687d0ccf0f617f0e25573",
            "unsalted_sha1$$6d138ca3ae545631b3abd71a4f076ce759c5700b",
            "pbkdf2_sha256$1000$seasalt$",
            "pbkdf2_sha256$0$seasalt$JgZryXe2Ga8ysg6XbzkLpTdyPQrHqsinbL9BnnhgX4A=",
            "pbkdf2_sha1$1000$seasalt$JgZryXe2Ga8ysg6XbzkLpTdyPQrHqsinbL9BnnhgX4A=",
            "argon2$argon2id$v=19$m=256,t=2,p=2$c2Vhc2FsdHNlYXNhbHQ$",
            "argon2$argon2id$v=19$m=256,t=2,p=0$c2Vhc2FsdHNlYXNhbHQ$SfYJ1eTiBQ/e+EIRRtSx5ye7QF2DaCQWOS4F4yaQCzA",
            "scrypt$0$seasalt$8$5$MNagTUULbE3qWBc16teWuFMMKJ7rbwPWx9H5NpJO2+i52+SwrIyLVZPFd3fT/YR6qTKaYLhMqyA9+pkPX+3Qcw==",
            "scrypt$16$seasalt$0$0$MNagTUULbE3qWBc16teWuFMMKJ7rbwPWx9H5NpJO2+i52+SwrIyLVZPFd3fT/YR6qTKaYLhMqyA9+pkPX+3Qcw==",
        ] {
            assert!(!verify(PASSWORD, stored), "{stored}");
        }
    }

    /// Each of these would take hours, or all memory.
    #[test]
    fn what_asks_for_too_much_work_is_refused_at_once() {
        let huge = u32::MAX.to_string();
        for (n, cost, asked) in [
            (0, "$1000$", format!("${huge}$")),
            (1, "$1000$", format!("${huge}$")),
            (2, "m=256", format!("m={huge}")),
            (2, "m=256,t=2", format!("m=262144,t={huge}")),
            (2, "t=2", format!("t={huge}")),
            (2, "p=2", format!("p={huge}")),
            (5, "$04$", "$31$".into()),
            (6, "$04$", "$31$".into()),
            (7, "$16$", "$2147483648$".into()),
            (7, "$8$", format!("${huge}$")),
            (7, "$5$", format!("${huge}$")),
        ] {
            let stored = AT_LOW_COSTS[n].replacen(cost, &asked, 1);
            assert_ne!(stored, AT_LOW_COSTS[n]);
            assert!(!verify(PASSWORD, &stored) && !knows(&stored), "{stored}");
        }
    }

    proptest! {
        #[test]
        fn broken_hashes_are_refused_without_a_panic(
            scheme in select(vec!["pbkdf2_sha256", "pbkdf2_sha1", "argon2", "bcrypt_sha256", "bcrypt", "scrypt"]),
            text in prop_oneof![any::<String>(), "([0-9]{0,10}|[a-z]=[0-9,]{0,9}|[A-Za-z/=]{0,88})(\\$[0-9A-Za-z=,/]{0,9}){0,6}"],
        ) {
            let stored = [scheme, "$", &text].concat();
            prop_assert!(!verify("pw", &text));
            prop_assert!(!verify("pw", &stored));
        }

        #[test]
        fn damaged_hashes_are_refused_without_a_panic(
            made in select(AT_LOW_COSTS.to_vec()),
            at in any::<prop::sample::Index>(),
            put in "[^0-9]",
        ) {
            let mut stored: Vec<String> = made.chars().map(String::from).collect();
            let at = at.index(stored.len());
            stored[at] = put;
            prop_assert!(!verify("other", &stored.concat()));
        }
    }
}
