//! Invitations to make an account.

use std::time::Duration;

use parlor_domain::AccountStatus;
use parlor_ports::{Clock, NewAccount, NewInvite, Registered, StoreError, TokenDigest};

use super::Tested;
use crate::{Fixture, at_once};

fn invitation(f: &Fixture, uses: u32) -> NewInvite {
    let at = f.tick();
    NewInvite {
        token: f.token(),
        admin: false,
        uses,
        by: None,
        at,
        expires_at: at + Duration::from_hours(24),
    }
}

/// What becomes of somebody who comes with an invitation.
async fn come(f: &Fixture, name: &str, token: TokenDigest) -> Result<Registered, StoreError> {
    let new = NewAccount {
        invite: Some(token),
        ..f.new_account(name)
    };
    f.users.register(new).await
}

/// Invitations are listed as they were made, the newest first, until they are used up, expire or are withdrawn.
pub async fn invitations_are_listed_while_they_are_good(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let by_ann = NewInvite {
        by: Some(ann.id),
        admin: true,
        ..invitation(f, 3)
    };
    let first = f.invites.invite(by_ann.clone()).await?;
    assert_eq!((first.admin, first.uses, first.by), (true, 3, by_ann.by));
    assert_eq!((first.at, first.expires_at), (by_ann.at, by_ann.expires_at));
    let second = f.invites.invite(invitation(f, 1)).await?;
    let third = f.invites.invite(invitation(f, 1)).await?;
    let now = f.clock.now();
    assert_eq!(
        f.invites.list(now, 10).await?,
        [third.clone(), second.clone(), first.clone()]
    );
    let newest = f.invites.list(now, 1).await?;
    assert_eq!(newest, std::slice::from_ref(&third));

    assert!(f.invites.withdraw(second.number).await?);
    assert!(!f.invites.withdraw(second.number).await?);
    come(f, "ben", by_ann.token).await?;
    let left = f.invites.list(now, 10).await?;
    assert_eq!(left.iter().map(|invite| invite.uses).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(f.invites.list(first.expires_at, 10).await?, [third]);
    Ok(())
}

/// An invitation decides who is an administrator, whatever is asked for.
pub async fn an_invitation_decides_who_is_an_administrator(f: &Fixture) -> Tested {
    for (name, admin) in [("ann", true), ("ben", false)] {
        let invite = NewInvite {
            admin,
            ..invitation(f, 1)
        };
        f.invites.invite(invite.clone()).await?;
        let new = NewAccount {
            invite: Some(invite.token),
            admin: !admin,
            ..f.new_account(name)
        };
        let user = f.register(new).await?;
        assert_eq!(f.account(user).await?.admin, admin);
    }
    Ok(())
}

/// A hundred who come with an invitation for one, or for three: so many get an account, and no other sees a failure.
pub async fn an_invitation_makes_so_many_accounts(f: &Fixture) -> Tested {
    for uses in [1, 3] {
        let invite = invitation(f, uses);
        f.invites.invite(invite.clone()).await?;
        let answers = at_once((0..100).map(|n| {
            let new = NewAccount {
                invite: Some(invite.token),
                ..f.new_account(&format!("person{uses}-{n}"))
            };
            let users = f.users.clone();
            async move { users.register(new).await }
        }));
        let mut made = 0;
        for answer in answers.await {
            match answer? {
                Registered::Done(_) => made += 1,
                Registered::InviteUnknown => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(made, uses);
    }
    assert!(f.invites.list(f.clock.now(), 10).await?.is_empty());
    Ok(())
}

/// An invitation is not used up by who is refused for something else, and makes nothing when it is not good.
pub async fn an_invitation_is_used_up_by_accounts_only(f: &Fixture) -> Tested {
    f.person("ann").await?;
    let invite = invitation(f, 1);
    f.invites.invite(invite.clone()).await?;
    assert!(matches!(
        come(f, "Ann", invite.token).await?,
        Registered::UsernameTaken
    ));
    assert_eq!(f.invites.list(f.clock.now(), 10).await?.len(), 1);
    assert!(matches!(
        come(f, "ben", f.token()).await?,
        Registered::InviteUnknown
    ));
    let late = NewAccount {
        invite: Some(invite.token),
        at: invite.expires_at,
        ..f.new_account("ben")
    };
    assert!(matches!(f.users.register(late).await?, Registered::InviteUnknown));
    let nobody = f.users.find_by_username(&"ben".parse().expect("a name")).await?;
    assert_eq!(nobody, None);
    assert!(matches!(come(f, "ben", invite.token).await?, Registered::Done(_)));
    Ok(())
}

/// A server without an administrator has one invitation for the first: the one made last, until there is one.
pub async fn the_first_administrator_is_invited(f: &Fixture) -> Tested {
    let first = || NewInvite {
        admin: true,
        ..invitation(f, 1)
    };
    let (old, new) = (first(), first());
    assert!(f.invites.invite_first(old.clone()).await?);
    assert!(f.invites.invite_first(new.clone()).await?);
    assert_eq!(f.invites.list(f.clock.now(), 10).await?.len(), 1);
    assert!(matches!(
        come(f, "ann", old.token).await?,
        Registered::InviteUnknown
    ));
    let Registered::Done(ann) = come(f, "ann", new.token).await? else {
        panic!("it is good")
    };
    assert!(ann.admin);
    assert!(!f.invites.invite_first(first()).await?);
    Ok(())
}

/// Once there is an administrator, the invitation for the first one is good for nothing. Other accounts change nothing.
pub async fn the_first_invitation_is_for_the_first_administrator(f: &Fixture) -> Tested {
    let invite = NewInvite {
        admin: true,
        ..invitation(f, 1)
    };
    f.person("ann").await?;
    assert!(f.invites.invite_first(invite.clone()).await?);
    f.person("ben").await?;
    let admin = NewAccount {
        admin: true,
        ..f.new_account("admin")
    };
    let admin = f.register(admin).await?;
    assert!(matches!(
        come(f, "mallory", invite.token).await?,
        Registered::InviteUnknown
    ));
    assert!(!f.invites.invite_first(invite.clone()).await?);
    assert!(f.invites.list(f.clock.now(), 10).await?.is_empty());

    f.users
        .set_status(admin.id, AccountStatus::Disabled, f.tick())
        .await?;
    assert!(f.invites.invite_first(invite.clone()).await?);
    let Registered::Done(cleo) = come(f, "cleo", invite.token).await? else {
        panic!("nobody could administer")
    };
    assert!(cleo.admin);
    Ok(())
}

/// Who may invite no more has no invitations, whether disabled, demoted or deleted; those of others stay.
pub async fn invitations_go_with_the_right_to_make_them(f: &Fixture) -> Tested {
    let kept = f.invites.invite(invitation(f, 1)).await?;
    for (n, name) in ["disabled", "demoted", "gone"].into_iter().enumerate() {
        let admin = NewAccount {
            admin: true,
            ..f.new_account(name)
        };
        let admin = f.register(admin).await?;
        let invite = NewInvite {
            by: Some(admin.id),
            admin: true,
            ..invitation(f, 3)
        };
        f.invites.invite(invite.clone()).await?;
        let at = f.tick();
        let done = match n {
            0 => f.users.set_status(admin.id, AccountStatus::Disabled, at).await?,
            1 => f.users.set_admin(admin.id, false, at).await?,
            _ => f.users.delete(admin.id, false, at).await?,
        };
        assert!(done);
        let friend = come(f, "friend", invite.token).await?;
        assert!(matches!(friend, Registered::InviteUnknown), "{name}");
        assert_eq!(f.invites.list(at, 10).await?, std::slice::from_ref(&kept));
    }
    Ok(())
}

/// Programs that start at once on an empty database leave one invitation.
pub async fn programs_that_invite_at_once_leave_one_invitation(f: &Fixture) -> Tested {
    let answers = at_once((0..20).map(|_| {
        let (invites, new) = (f.invites.clone(), invitation(f, 1));
        async move { invites.invite_first(new).await }
    }));
    for answer in answers.await {
        assert!(answer?);
    }
    assert_eq!(f.invites.list(f.clock.now(), 100).await?.len(), 1);
    Ok(())
}
