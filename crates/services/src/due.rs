//! The rest of a job between two looks for what is due.

use std::time::Duration;

use parlor_domain::Timestamp;
use parlor_ports::Clock;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

/// The least time between two looks: what comes meanwhile is dealt with together.
const PACE: Duration = Duration::from_millis(200);
/// How often it is looked for what another process left.
const LOOK: Duration = Duration::from_secs(30);

/// Waits until the next thing is due, if one is known, or something has come.
pub(crate) async fn rest(clock: &dyn Clock, come: &Notify, next: Option<Timestamp>) {
    let wait = next.map_or(LOOK, |next| next.since(clock.now()).clamp(PACE, LOOK));
    let _come = timeout(wait, come.notified()).await;
    sleep(PACE).await;
}
