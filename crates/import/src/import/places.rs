//! Groups, conversations and lists.

use parlor_domain::RoomId;
use parlor_ports::OldModel;
use parlor_services::{OldConversation, OldGroup, OldRecipients, RoomCame};
use uuid::Uuid;

use super::Import;
use crate::Error;
use crate::report::Thing;

/// A room as an older server's table has it.
#[derive(Debug)]
pub(crate) enum OldPlace {
    Group(OldGroup),
    Conversation(OldConversation),
    Recipients(OldRecipients),
    /// None that can be brought, and why.
    Nothing(Box<str>, &'static str),
}

impl OldPlace {
    pub(crate) fn key(&self) -> &str {
        match self {
            Self::Group(group) => &group.key,
            Self::Conversation(conversation) => &conversation.key,
            Self::Recipients(list) => &list.key,
            Self::Nothing(key, _) => key,
        }
    }

    fn number(&self) -> Option<i64> {
        match self {
            Self::Group(group) => group.number,
            Self::Conversation(conversation) => conversation.number,
            Self::Recipients(list) => list.number,
            Self::Nothing(..) => None,
        }
    }
}

impl Import<'_, '_> {
    /// Brings rooms, in this order.
    pub(crate) async fn places(&mut self, places: Vec<OldPlace>) -> Result<(), Error> {
        let keys = places.iter().map(|place| place.key().into()).collect();
        let known = self.brought(OldModel::Room, keys).await?;
        for place in places {
            if let Some(known) = known.get(place.key()) {
                self.report.knew(Thing::Room)?;
                self.compare(&place, known.id).await?;
            } else if let OldPlace::Nothing(key, why) = &place {
                self.report.lost(Thing::Room, key, why)?;
            } else if self.from().is_some() {
                self.place(&place).await?;
            } else {
                self.rehearse_place(&place).await?;
            }
        }
        Ok(())
    }

    /// Tells how many people are in a group there that came before, and not in it here.
    async fn compare(&mut self, place: &OldPlace, room: Option<Uuid>) -> Result<(), Error> {
        let (OldPlace::Group(group), Some(room)) = (place, room) else {
            return Ok(());
        };
        let imports = self.imports();
        let missing = imports.missing(RoomId::new(room), &group.members).await?;
        if missing > 0 {
            let what = format!("{missing} of the people who are in it there are not in it here");
            self.report.note(Thing::Room, &group.key, &what)?;
        }
        Ok(())
    }

    async fn place(&mut self, place: &OldPlace) -> Result<(), Error> {
        let (imports, key) = (self.imports(), place.key());
        let came = match (place, self.from()) {
            (OldPlace::Group(group), Some(from)) => imports.group(from, group).await?,
            (OldPlace::Conversation(pair), Some(from)) => imports.conversation(from, pair).await?,
            (OldPlace::Recipients(list), Some(from)) => imports.recipients(from, list).await?,
            (OldPlace::Nothing(..), _) | (_, None) => return Ok(()),
        };
        match came {
            RoomCame::Known => self.report.knew(Thing::Room),
            RoomCame::Now(changes) => {
                self.report.came(Thing::Room)?;
                self.tell(Thing::Room, key, &changes)
            }
            RoomCame::Merged => {
                self.report.came(Thing::Room)?;
                let what = "is one with another conversation of the same two people";
                self.report.note(Thing::Room, key, what)
            }
            RoomCame::Ownerless => {
                let why = "it belongs to nobody who has an account here";
                self.report.lost(Thing::Room, key, why)
            }
            RoomCame::Crowded(user) => {
                let who = self.services.accounts.find(user).await?.username;
                let why = format!(
                    "{who} is in as many rooms as rooms.per_user allows; raise that and run this again"
                );
                self.report.lost(Thing::Room, key, &why)
            }
            RoomCame::KeptApart => {
                let why = "one of the two has blocked the other here, or is reached by contacts only";
                self.report.lost(Thing::Room, key, why)
            }
        }
    }

    async fn rehearse_place(&mut self, place: &OldPlace) -> Result<(), Error> {
        let key = place.key();
        self.report.came(Thing::Room)?;
        if let OldPlace::Group(group) = place
            && group.unique_name.is_some()
        {
            let seen = !self.seen.room_names.insert(group.name.clone());
            if seen || self.imports().has_room_name(&group.name).await? {
                self.report
                    .note(Thing::Room, key, "would have a number behind its name")?;
            }
        }
        if let OldPlace::Group(group) = place
            && group.inherited
        {
            let what = "would belong to the first of its members: the account of its owner is gone";
            self.report.note(Thing::Room, key, what)?;
        }
        if let Some(number) = place.number()
            && self.imports().has_room(number).await?
        {
            self.report.note(Thing::Room, key, "would have another number")?;
        }
        // What was sent to a list is not brought.
        if !matches!(place, OldPlace::Recipients(_)) {
            self.seen.rooms.insert(key.into());
        }
        Ok(())
    }
}
