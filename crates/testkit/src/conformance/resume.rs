//! Whoever reads in pieces ends where one who reads everything at once ends.

mod device;
mod life;
mod page;

use parlor_ports::StoreError;

use parlor_ports::Clock;

use self::device::Device;
use self::life::Life;
use super::Tested;
use crate::{Fixture, SeededEntropy};

/// After any sequence of operations of several people in several rooms, a device that read the log in pieces of any
/// size, heard other pieces live, and took pages in between that were old by the time they came, shows the same as a
/// device that is new.
pub async fn reading_in_pieces_ends_like_reading_everything(f: &Fixture) -> Tested {
    let mut noticed = 0;
    for seed in 0..25 {
        noticed += one_story(f, seed).await?;
    }
    assert!(noticed > 100, "people were notified {noticed} times");
    Ok(())
}

/// Gives how much people were notified of.
async fn one_story(f: &Fixture, seed: u64) -> Result<usize, StoreError> {
    let chance = SeededEntropy::new(seed);
    let mut life = Life::begin(f, seed).await?;
    let mut devices: Vec<Device> = life.people.iter().map(|person| Device::new(*person)).collect();
    for _ in 0..100 {
        life.go_on(f, &chance).await?;
        let device = &mut devices[chance.below(life.people.len())];
        device.read_a_piece(f, &chance).await?;
    }
    let mut all = 0;
    f.tell_statuses().await?;
    for person in &life.people {
        f.be_private(*person, false).await?;
    }
    for mut device in devices {
        device.catch_up(f, &chance).await?;
        let fresh = Device::fresh(f, device.me).await?;
        assert_eq!(device.state.own.seq, fresh.own.seq, "seed {seed}");
        assert_eq!(device.state.shown(), fresh.shown(), "seed {seed}");
        assert_eq!(device.state.people, fresh.people, "seed {seed}");
        let noticed = f.noticed(device.me).await?;
        assert_eq!(device.state.noticed(), noticed, "seed {seed}");
        all += noticed.len();
        let statuses = device.state.statuses.live(f.clock.now());
        assert_eq!(statuses, fresh.statuses, "seed {seed}");
        assert_eq!(device.state.lists, fresh.lists, "seed {seed}");
    }
    Ok(all)
}
