//! Whoever reads in pieces ends where one who reads everything at once ends.

mod device;
mod life;
mod page;

use self::device::Device;
use self::life::Life;
use super::Tested;
use crate::{Fixture, SeededEntropy};

/// After any sequence of operations of several people in several rooms, a device that read the log in pieces of any
/// size, heard other pieces live, and took pages in between that were old by the time they came, shows the same as a
/// device that is new.
pub async fn reading_in_pieces_ends_like_reading_everything(f: &Fixture) -> Tested {
    for seed in 0..25 {
        one_story(f, seed).await?;
    }
    Ok(())
}

async fn one_story(f: &Fixture, seed: u64) -> Tested {
    let chance = SeededEntropy::new(seed);
    let mut life = Life::begin(f, seed).await?;
    let mut devices: Vec<Device> = life.people.iter().map(|person| Device::new(*person)).collect();
    for _ in 0..70 {
        life.go_on(f, &chance).await?;
        let device = &mut devices[chance.below(life.people.len())];
        device.read_a_piece(f, &chance).await?;
    }
    for mut device in devices {
        device.catch_up(f, &chance).await?;
        let fresh = Device::fresh(f, device.me).await?;
        assert_eq!(device.state.own.seq, fresh.own.seq, "seed {seed}");
        assert_eq!(device.state.shown(), fresh.shown(), "seed {seed}");
        assert_eq!(device.state.people, fresh.people, "seed {seed}");
    }
    Ok(())
}
