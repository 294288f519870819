use parlor_client::*;
use parlor_wire::*;
use std::sync::Arc;
use std::time::Duration;

async fn drain(state: &mut State, updates: &mut Updates, quiet: u64) {
    while let Ok(Some(update)) = tokio::time::timeout(Duration::from_millis(quiet), updates.next()).await {
        state.apply(&update);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let server: ServerUrl = "http://127.0.0.1:18300".parse().unwrap();
    let rest = Rest::new(server.clone());
    let run = client_id()[24..].to_owned();
    let mut sessions = Vec::new();
    for n in 0..4 {
        let name = format!("try-{run}-{n}");
        rest.register(&name, "correct horse").await.unwrap();
        sessions.push(Arc::new(
            Session::log_in(&rest, &name, "correct horse", "try")
                .await
                .unwrap(),
        ));
    }
    let ids: Vec<_> = sessions.iter().map(|s| s.user().id).collect();
    let r: Vec<Rest> = {
        let mut v = vec![];
        for s in &sessions {
            v.push(s.rest().await.unwrap());
        }
        v
    };
    let room = r[0]
        .create_room(&NewRoom {
            name: "a".into(),
            history: HistoryPolicy::All,
            join: JoinRule::Open,
            members: ids[1..3].to_vec(),
        })
        .await
        .unwrap()
        .id;
    let direct = r[0].open_direct(ids[1]).await.unwrap().id;
    let mut state = State::default();
    let (client, mut updates) = Client::start(Settings::new(server.clone(), sessions[0].clone()));
    drain(&mut state, &mut updates, 300).await;
    println!("stale {:?}", state.stale().len());
    state.load(&r[0]).await.unwrap();
    let (other, mut other_updates) = Client::start(Settings::new(server.clone(), sessions[1].clone()));
    tokio::spawn(async move { while other_updates.next().await.is_some() {} });
    let (third, mut third_updates) = Client::start(Settings::new(server.clone(), sessions[2].clone()));
    tokio::spawn(async move { while third_updates.next().await.is_some() {} });
    let mut held = Some((client, updates));
    let mut seqs = Vec::new();
    for step in 0..400u32 {
        let x = rand::random::<u32>();
        match x % 12 {
            0..=3 => {
                let s = other
                    .send(NewMessage::new(
                        if x & 64 == 0 { room } else { direct },
                        format!("m{step}"),
                    ))
                    .await;
                if let Ok(s) = s {
                    if x & 64 == 0 {
                        seqs.push(s.seq.unwrap())
                    }
                }
            }
            4 => {
                if let Some(seq) = seqs.get(x as usize % seqs.len().max(1)) {
                    let _ = other.edit(room, *seq, format!("e{step}")).await;
                }
            }
            5 => {
                if let Some(seq) = seqs.get(x as usize % seqs.len().max(1)) {
                    let _ = other.delete(room, *seq).await;
                }
            }
            6 => {
                let _ = if x & 64 == 0 {
                    r[3].join(room).await.map(drop)
                } else {
                    r[3].leave(room).await
                };
            }
            7 => {
                let _ = r[0]
                    .change_role(
                        room,
                        ids[2],
                        if x & 64 == 0 {
                            RoleName::Admin
                        } else {
                            RoleName::Member
                        },
                    )
                    .await;
            }
            8 => {
                if let Some(seq) = seqs.last() {
                    let _ = third.read(room, *seq).await;
                }
            }
            9 => {
                if let (Some((client, _)), Some(seq)) = (&held, seqs.get(x as usize % seqs.len().max(1))) {
                    client.read(room, *seq).await.unwrap();
                }
            }
            10 if x & 1024 == 0 => {
                if let Some((client, _)) = &held {
                    client.send(NewMessage::new(room, "mine")).await.unwrap();
                }
            }
            _ => {
                if let Some((_, mut updates)) = held.take() {
                    drain(&mut state, &mut updates, 1).await;
                } else {
                    let mut settings = Settings::new(server.clone(), sessions[0].clone());
                    settings.positions = state.positions().clone();
                    held = Some(Client::start(settings));
                }
            }
        }
        if let Some((_, updates)) = &mut held {
            if x & 256 == 0 {
                drain(&mut state, updates, 3).await;
            }
        }
        if step % 40 == 0 {
            let _ = r[0].remove_member(room, ids[0]).await;
            let _ = r[0].leave(room).await;
            let joined = r[0].join(room).await;
            joined.unwrap();
        }
        if step % 7 == 0 {
            state.load(&r[0]).await.unwrap();
        }
    }
    tokio::time::sleep(Duration::from_millis(2500)).await;
    if held.is_none() {
        let mut settings = Settings::new(server.clone(), sessions[0].clone());
        settings.positions = state.positions().clone();
        held = Some(Client::start(settings));
    }
    drain(&mut state, &mut held.as_mut().unwrap().1, 500).await;
    state.load(&r[0]).await.unwrap();
    drain(&mut state, &mut held.as_mut().unwrap().1, 500).await;
    let mut fresh = State::default();
    let (_c, mut u) = Client::start(Settings::new(server.clone(), sessions[0].clone()));
    drain(&mut fresh, &mut u, 500).await;
    fresh.load(&r[0]).await.unwrap();
    println!(
        "rooms {} {} equal {}",
        state.rooms().len(),
        fresh.rooms().len(),
        state.rooms() == fresh.rooms()
    );
    for (id, one) in fresh.rooms() {
        let Some(two) = state.rooms().get(id) else {
            println!("missing {id}");
            continue;
        };
        let view = r[0].room(*id).await.unwrap();
        println!(
            "{id} messages {} {} unread {} {} server {} positions {:?} {:?}",
            one.messages().iter().count(),
            two.messages().iter().count(),
            one.unread(ids[0]),
            two.unread(ids[0]),
            view.unread,
            fresh.positions().of(*id),
            state.positions().of(*id)
        );
        if one != two {
            println!(
                "members {:?}\n        {:?}",
                one.members().map(|m| (m, one.mark(m.0))).collect::<Vec<_>>(),
                two.members().map(|m| (m, two.mark(m.0))).collect::<Vec<_>>()
            );
            println!(
                "settings {} owner {:?} {:?}",
                one.settings() == two.settings(),
                one.owner(),
                two.owner()
            );
            for ((s, a), (t, b)) in one.messages().iter().zip(two.messages().iter()) {
                if (s, a) != (t, b) {
                    println!("{s} {a:?}\n{t} {b:?}");
                    break;
                }
            }
        }
    }
}
