//! The numbers of accounts, rooms and events, by which dialects with integer ids know them.

use super::Tested;
use crate::Fixture;

/// An account is found by its number, and no other.
pub async fn an_account_is_found_by_its_number(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    for user in [ann, ben] {
        let found = f.users.find_by_number(user.number).await?;
        assert_eq!(found, Some(f.account(user).await?));
    }
    for nobody in [i64::MIN, -1, 0, ben.number + 1, i64::MAX] {
        assert_eq!(f.users.find_by_number(nobody).await?, None, "{nobody}");
    }
    Ok(())
}

/// Rooms tell their numbers, by which they are found until they are deleted.
pub async fn a_room_is_found_by_its_number(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let mut rooms = [f.group(ann, &[]).await?, f.direct(ann, ben).await?];
    rooms.sort_unstable();
    let wanted = vec![rooms[1], f.room_id(), rooms[0]];
    let numbers = f.rooms.numbers(wanted).await?;
    assert!(
        numbers.iter().map(|(room, _)| *room).eq(rooms),
        "those that there are: {numbers:?}"
    );
    for (room, number) in numbers {
        assert_eq!(f.view(room, ann).await?.room.number, number);
        assert_eq!(f.rooms.id_of(number).await?, Some(room));
    }
    assert!(f.rooms.numbers(Vec::new()).await?.is_empty());

    let room = f.group(ann, &[]).await?;
    let number = f.view(room, ann).await?.room.number;
    f.rooms.delete(room, ann, f.tick()).await?;
    for none in [i64::MIN, 0, number, i64::MAX] {
        assert_eq!(f.rooms.id_of(none).await?, None, "{none}");
    }
    Ok(())
}

/// A message is found by its number, whoever asks, as long as it is there. Other events are not messages.
pub async fn a_message_is_found_by_its_number(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let said = f.say(room, ann, "hello").await?;
    assert_eq!(f.log.numbered(said.number).await?, Some(said.clone()));
    f.edit(room, ann, said.seq, "hello all").await?;
    let edited = f.log.message(room, ben.id, said.seq).await?;
    assert_eq!(f.log.numbered(said.number).await?, edited);

    f.delete(room, ann, said.seq).await?;
    let mut events = f.events(room).await?;
    events.extend(f.events(ben.id).await?);
    assert!(events.len() > 4, "{events:?}");
    let numbers = events.iter().map(|event| event.number);
    for none in numbers.chain([i64::MIN, -1, 0, i64::MAX]) {
        assert_eq!(f.log.numbered(none).await?, None, "{none}");
    }
    Ok(())
}
