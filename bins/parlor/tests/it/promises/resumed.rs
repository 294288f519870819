//! A device that resumed knows the same as one that began anew, whatever was missed, whenever, and however pages and
//! live events came in between.

mod acts;
mod traveller;

use futures_util::future::join_all;
use parlor_testkit::SeededEntropy;
use uuid::Uuid;

use self::traveller::Traveller;
use super::database::{Database, number};
use super::world::{Person, World};

on_both_databases!(a_device_that_resumed_knows_what_a_fresh_one_knows);

/// How many lives are lived; each begins with another seed.
const LIVES: u64 = 5;
/// What happens in each.
const ACTS: usize = 120;

/// Four people in a few rooms, and a device of each that comes and goes.
struct Town {
    people: Vec<Person>,
    travellers: Vec<Traveller>,
    rooms: Vec<Uuid>,
    /// Messages that may be edited or deleted.
    said: Vec<(Uuid, u64)>,
    chance: SeededEntropy,
}

impl Town {
    async fn new(world: &World, seed: u64) -> Self {
        let mut people = Vec::new();
        for name in ["ann", "bob", "carl", "dora"] {
            people.push(world.person(&format!("{name}{seed}")).await);
        }
        Self {
            travellers: people.iter().map(Traveller::new).collect(),
            people,
            rooms: Vec::new(),
            said: Vec::new(),
            chance: SeededEntropy::new(seed),
        }
    }

    fn some<'a, T>(&self, things: &'a [T]) -> &'a T {
        &things[self.chance.below(things.len())]
    }

    async fn live(&mut self) {
        for _ in 0..ACTS {
            if self.chance.below(2) == 0 {
                self.act().await;
            } else {
                let traveller = self.chance.below(self.travellers.len());
                self.travellers[traveller].go_on(&self.chance).await;
            }
        }
    }
}

async fn a_device_that_resumed_knows_what_a_fresh_one_knows(database: Database) {
    let world = World::new(database).await;
    let first = number("PARLOR_TEST_FIRST_SEED", 0);
    let lives = (first..first + number("PARLOR_TEST_SEEDS", LIVES)).map(async |seed| {
        let mut town = Town::new(&world, seed).await;
        town.live().await;
        for traveller in town.travellers {
            traveller.knows_what_a_fresh_device_knows(seed).await;
        }
    });
    join_all(lives).await;
}
