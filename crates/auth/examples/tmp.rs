//! tmp
use parlor_auth::*; use parlor_domain::*; use secrecy::ExposeSecret;
fn main() {
    let t = AccessTokens::new(KeyRing::new(SigningKey::from_seed(&[1;32]), vec![]), "https://chat.example", "parlor");
    let at = |s: i64| Timestamp::from_micros(s*1_000_000);
    let c = AccessClaims { user: UserRef { id: "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap(), number: 7 }, session: "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap(), admin: false, issued_at: at(100), expires_at: at(700) };
    let tok = t.issue(&c); let n = 5000;
    for _ in 0..3 {
    let s = std::time::Instant::now(); for _ in 0..n { t.issue(&c); } println!("issue {:?}", s.elapsed()/n);
    let s = std::time::Instant::now(); for _ in 0..n { t.verify(tok.expose_secret(), at(101)).unwrap(); } println!("verify {:?}", s.elapsed()/n);
    }
}
