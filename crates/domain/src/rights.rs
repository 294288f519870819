//! The table of rights: who may do what in a room. What a room's own rules decide stands in [`Rules`](crate::Rules).

/// What a member may do; see [`allows`]. Ordered by power.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads and writes.
    Member,
    /// Also looks after members and settings.
    Admin,
    /// Also decides about admins and the room itself. One per group.
    Owner,
}

impl Role {
    /// How many admins a room can have besides its owner: each of them is told who wants to be in it.
    pub const ADMINS: u32 = 50;
}

/// Something that a member may or may not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// See messages and members.
    Read,
    /// Write messages, change and delete one's own, as far as the room's [`Rules`](crate::Rules) let one.
    Post,
    /// Go away.
    Leave,
    /// Pin messages and take them down again.
    Pin,
    /// Mention all members at once.
    MentionAll,
    /// Delete a message of somebody else for everyone.
    DeleteAny,
    /// See what edits replaced.
    ReadRevisions,
    /// Change name, topic and settings.
    UpdateRoom,
    /// Let in those who ask to be, and see who is banned.
    Admit,
    /// Put out a member who has this role.
    Remove(Role),
    /// Keep somebody out, or let him write no more, who has this role.
    Restrain(Role),
    /// Give a member who has the first role the second.
    ChangeRole(Role, Role),
    /// Make another member the owner.
    HandOver,
    /// End the room for everyone.
    DeleteRoom,
}

/// Whether a member with this role may do this.
pub fn allows(role: Role, action: Action) -> bool {
    use Action::*;
    match action {
        Read | Post | Leave => true,
        Pin | MentionAll | DeleteAny | ReadRevisions | UpdateRoom | Admit => role >= Role::Admin,
        Remove(target) | Restrain(target) => role >= Role::Admin && role > target,
        ChangeRole(from, to) => role == Role::Owner && from < Role::Owner && to < Role::Owner,
        HandOver | DeleteRoom => role == Role::Owner,
    }
}

#[cfg(test)]
mod tests {
    use super::Action::*;
    use super::Role::*;
    use super::*;

    #[test]
    fn the_matrix_of_rights() {
        // Who may: [member, admin, owner].
        let matrix = [
            (Read, [true, true, true]),
            (Post, [true, true, true]),
            (Leave, [true, true, true]),
            (Pin, [false, true, true]),
            (MentionAll, [false, true, true]),
            (DeleteAny, [false, true, true]),
            (ReadRevisions, [false, true, true]),
            (UpdateRoom, [false, true, true]),
            (Admit, [false, true, true]),
            (Remove(Member), [false, true, true]),
            (Remove(Admin), [false, false, true]),
            (Remove(Owner), [false, false, false]),
            (Restrain(Member), [false, true, true]),
            (Restrain(Admin), [false, false, true]),
            (Restrain(Owner), [false, false, false]),
            (ChangeRole(Member, Admin), [false, false, true]),
            (ChangeRole(Admin, Member), [false, false, true]),
            (ChangeRole(Member, Owner), [false, false, false]),
            (ChangeRole(Owner, Member), [false, false, false]),
            (HandOver, [false, false, true]),
            (DeleteRoom, [false, false, true]),
        ];
        for (action, expected) in matrix {
            assert_eq!(
                [Member, Admin, Owner].map(|role| allows(role, action)),
                expected,
                "{action:?}"
            );
        }
    }
}
