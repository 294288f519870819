//! The page for people who open a link in a mail.

use parlor_http::Settings;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_served_even_without_documents_and_runs_nothing_but_its_own() {
    let world = World::with(Settings {
        docs: false,
        ..Settings::default()
    })
    .await;
    let page = world.get("/account").await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = page.header("content-security-policy").unwrap();
    let directives: Vec<&str> = policy.split("; ").collect();
    for closed in [
        "default-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "connect-src 'self'",
    ] {
        assert!(directives.contains(&closed), "{policy}");
    }
    assert!(
        policy.contains("script-src 'sha256-") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    for path in [
        "v1/proofs/verify-email",
        "v1/proofs/confirm-email",
        "v1/password-resets/complete",
        "v1/users",
    ] {
        assert!(page.text.contains(&format!("\"{path}\"")), "{path}");
    }
    assert_eq!(world.get("/v1/account").await.status, 404);
}
