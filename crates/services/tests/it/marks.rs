//! Delivered and read marks.

use std::sync::Arc;
use std::time::Duration;

use parlor_domain::{Mark, RoomId, Seq, UserId};
use parlor_services::{Actor, Marks, MarksSettings};
use tokio::sync::oneshot;

use crate::faulty::Faulty;
use crate::world::{World, code};

const SECOND: Duration = Duration::from_secs(1);

/// Two people, a group with three messages of the first, and marks that are written when the test says so.
struct Scene {
    world: World,
    store: Arc<Faulty>,
    marks: Arc<Marks>,
    ann: Actor,
    bob: Actor,
    room: RoomId,
    last: Seq,
}

impl Scene {
    async fn new() -> Self {
        Self::with(MarksSettings::default()).await
    }

    async fn with(settings: MarksSettings) -> Self {
        let world = World::new().await;
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let room = world.group(&ann, &[bob]).await;
        let last = world.chatter(&ann, room, 3).await;
        let store = Arc::new(Faulty::new(world.ports.rooms.clone()));
        let marks = Arc::new(Marks::new(store.clone(), world.clock.clone(), settings));
        Self {
            world,
            store,
            marks,
            ann,
            bob,
            room,
            last,
        }
    }

    fn take(&self, mark: Mark) {
        self.marks.take(self.bob.user.id, self.room, mark).unwrap();
    }

    /// Bob's mark as it is stored, and how many messages he has not read.
    async fn stored(&self) -> (Mark, u64) {
        let view = self
            .world
            .services
            .rooms
            .find(&self.bob, self.room)
            .await
            .unwrap();
        (view.mark, view.unread)
    }

    /// How many updates of marks the room's followers heard of.
    fn heard(&self) -> usize {
        self.world.heard.marks(self.room).len()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_of_a_room_are_written_together_and_the_last_counts() {
    let scene = Scene::new().await;
    let before = scene.stored().await;
    scene.take(Mark::delivered(scene.last));
    scene.take(Mark::read(Seq(scene.last.0 - 1)));
    scene
        .marks
        .take(scene.ann.user.id, scene.room, Mark::read(scene.last))
        .unwrap();
    assert_eq!(scene.stored().await, before, "nothing is written yet");
    scene.marks.flush_due().await.unwrap();
    let mark = Mark {
        delivered: scene.last,
        read: Seq(scene.last.0 - 1),
    };
    assert_eq!(scene.stored().await, (mark, 1));
    assert_eq!((scene.heard(), scene.store.writes()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_is_written_at_most_once_a_second() {
    let scene = Scene::new().await;
    scene.take(Mark::delivered(scene.last));
    scene.marks.flush_due().await.unwrap();
    scene.take(Mark::read(scene.last));
    scene.world.clock.advance(SECOND - Duration::from_millis(1));
    scene.marks.flush_due().await.unwrap();
    assert_eq!(scene.heard(), 1);
    scene.world.clock.advance(Duration::from_millis(1));
    scene.marks.flush_due().await.unwrap();
    assert_eq!(
        (scene.heard(), scene.stored().await),
        (2, (Mark::read(scene.last), 0))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_that_a_device_brings_count_as_others_do() {
    let scene = Scene::new().await;
    let services = &scene.world.services;
    let elsewhere = scene.world.group(&scene.ann, &[]).await;
    let opened = services.sync.open(&scene.bob, Vec::new()).await.unwrap();
    let beyond = Mark::read(Seq(scene.last.0 + 90));
    scene
        .marks
        .take_brought(&opened, [(elsewhere, beyond), (scene.room, beyond)]);
    scene.marks.flush_all().await.unwrap();
    assert_eq!(scene.stored().await, (Mark::read(scene.last), 0));
    assert_eq!(scene.store.writes(), 1);
    let opened = services.sync.open(&scene.bob, Vec::new()).await.unwrap();
    let known = Mark::read(scene.last);
    scene.marks.take_brought(&opened, [(scene.room, known)]);
    scene.marks.flush_all().await.unwrap();
    assert_eq!(scene.store.writes(), 1, "it says nothing new");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_where_nothing_waits() {
    let scene = Scene::new().await;
    scene.marks.flush_due().await.unwrap();
    scene.take(Mark::read(scene.last));
    for _ in 0..3 {
        scene.marks.flush_due().await.unwrap();
        scene.world.clock.advance(SECOND);
    }
    scene.marks.flush_all().await.unwrap();
    assert_eq!(scene.store.writes(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_written_is_kept_and_tried_again() {
    let scene = Scene::new().await;
    let before = scene.stored().await;
    scene.store.set_broken(true);
    scene.take(Mark::delivered(scene.last));
    assert_eq!(code(scene.marks.flush_due().await), "unavailable");
    scene.take(Mark::read(Seq(scene.last.0 - 2)));
    scene.world.clock.advance(SECOND);
    assert_eq!(code(scene.marks.flush_due().await), "unavailable");
    assert_eq!(scene.stored().await, before);
    scene.store.set_broken(false);
    scene.world.clock.advance(SECOND);
    scene.marks.flush_due().await.unwrap();
    let mark = Mark {
        delivered: scene.last,
        read: Seq(scene.last.0 - 2),
    };
    assert_eq!(scene.stored().await, (mark, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_the_limit_new_marks_are_refused_and_known_ones_move_on() {
    let settings = MarksSettings {
        most: 1,
        ..MarksSettings::default()
    };
    let scene = Scene::with(settings).await;
    scene.take(Mark::delivered(scene.last));
    scene.take(Mark::read(scene.last));
    let take = |user: UserId| scene.marks.take(user, scene.room, Mark::read(scene.last));
    assert_eq!(code(take(scene.ann.user.id)), "busy");
    scene.store.set_broken(true);
    assert_eq!(code(scene.marks.flush_all().await), "unavailable");
    assert_eq!(
        code(take(scene.ann.user.id)),
        "busy",
        "what waits again counts again"
    );
    scene.store.set_broken(false);
    scene.marks.flush_all().await.unwrap();
    assert_eq!(scene.stored().await, (Mark::read(scene.last), 0));
    assert_eq!(code(take(scene.ann.user.id)), "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_of_strangers_change_nothing() {
    let scene = Scene::new().await;
    let eve = scene.world.person("eve").await;
    scene
        .marks
        .take(eve.user.id, scene.room, Mark::read(scene.last))
        .unwrap();
    scene.marks.flush_all().await.unwrap();
    assert_eq!(scene.heard(), 0);
    let now = scene
        .marks
        .mark_now(&eve, scene.room, Mark::read(scene.last))
        .await;
    assert_eq!(code(now), "no_such_room");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_that_is_waited_for_is_written_at_once_and_never_beyond_the_head() {
    let scene = Scene::new().await;
    let view = scene.marks.mark_now(&scene.bob, scene.room, Mark::read(Seq(999)));
    let view = view.await.unwrap();
    assert_eq!((view.mark, view.unread), (Mark::read(scene.last), 0));
    let back = scene.marks.mark_now(&scene.bob, scene.room, Mark::read(Seq(1)));
    assert_eq!(back.await.unwrap().mark, Mark::read(scene.last));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_of_one_member_is_written_when_he_asks() {
    let scene = Scene::new().await;
    let (ann, bob) = (scene.ann.user.id, scene.bob.user.id);
    let rooms = [scene.room];
    scene.take(Mark::read(scene.last));
    let anns = scene.marks.take(ann, scene.room, Mark::read(scene.last));
    anns.unwrap();
    scene.store.set_broken(true);
    assert_eq!(code(scene.marks.flush_of(bob, &rooms).await), "unavailable");
    scene.store.set_broken(false);
    assert!(scene.marks.flush_of(bob, &rooms).await.unwrap(), "it was kept");
    assert_eq!(scene.stored().await, (Mark::read(scene.last), 0));
    assert!(!scene.marks.flush_of(bob, &rooms).await.unwrap());
    assert_eq!(scene.store.writes(), 2);
    assert!(
        scene.marks.flush_of(ann, &rooms).await.unwrap(),
        "hers still waits"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_background_job_writes_what_comes_and_at_the_end_the_rest() {
    let settings = MarksSettings {
        tick: Duration::from_millis(1),
        ..MarksSettings::default()
    };
    let scene = Scene::with(settings).await;
    let (stop, stopped) = oneshot::channel::<()>();
    let job = tokio::spawn(scene.marks.clone().run(async move {
        // Also when nobody is left to say so.
        let _ = stopped.await;
    }));
    scene.take(Mark::delivered(scene.last));
    let heard = || scene.world.heard.marks(scene.room).pop();
    scene.world.heard.wait(heard).await;
    // The clock stands still, so its turn does not come again by itself.
    scene.take(Mark::read(scene.last));
    stop.send(()).unwrap();
    job.await.unwrap();
    assert_eq!(scene.stored().await, (Mark::read(scene.last), 0));
    assert_eq!(scene.heard(), 2);
}
