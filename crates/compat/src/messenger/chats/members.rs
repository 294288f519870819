//! Who is in a chat, as far as the caller may know.

use parlor_domain::{Account, BroadcastListId, PageSize, RoomId, UserId};
use parlor_services::{Actor, Error, Guest, Services};

/// So many people of a chat are listed at most.
pub(super) const MOST: usize = 1_000;

/// The members of a room, by their numbers: so many at most.
pub(super) async fn of_room(
    services: &Services,
    caller: &Guest,
    room: RoomId,
    most: usize,
) -> Result<Vec<Account>, Error> {
    let found = ids_of_room(services, caller, room, most).await?;
    services.accounts.find_all(found).await
}

/// Who they are, in no order.
pub(super) async fn ids_of_room(
    services: &Services,
    caller: &Guest,
    room: RoomId,
    most: usize,
) -> Result<Vec<UserId>, Error> {
    let (mut found, mut after) = (Vec::new(), None);
    while found.len() < most {
        let page = services
            .rooms
            .members(&caller.actor, room, after, PageSize::MAX)
            .await;
        let page = match page {
            Ok(page) => page,
            // Who reads a channel is told to its admins; others know of themselves.
            Err(Error::Forbidden) => return Ok(vec![caller.actor.user.id]),
            Err(error) => return Err(error),
        };
        found.extend(page.members.iter().map(|member| member.user.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    found.truncate(most);
    Ok(found)
}

/// The recipients of a broadcast list, by their numbers: so many at most.
pub(super) async fn of_list(
    services: &Services,
    actor: &Actor,
    list: BroadcastListId,
    most: usize,
) -> Result<Vec<Account>, Error> {
    let (mut found, mut after) = (Vec::new(), None);
    while found.len() < most {
        let page = services
            .broadcasts
            .recipients(actor, list, after, PageSize::MAX)
            .await?;
        found.extend(page.recipients.iter().map(|user| user.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    found.truncate(most);
    services.accounts.find_all(found).await
}
