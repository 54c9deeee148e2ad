//! One account listens, another one sends: what the push stream tells, and what it never leaves out.

use anyhow::Result;
use house::{House, Plan};

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");

#[tokio::test]
async fn a_client_that_is_told_of_a_message_finds_it_in_its_inbox_at_that_moment() -> Result<()> {
    let house = House::open(TIDINGS, Plan::two_apis()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let mut news = bob.events(None).await?;
    assert_eq!(news.next().await?.unwrap().event, "hello");

    for n in 0..20 {
        let body = format!("message {n}");
        let sent = alice.at(n).send("bob", &body).await?;
        let told = news.next_of("message.new").await?;
        let inbox = bob.inbox().await?;
        assert_eq!(told.data["box"], "inbox");
        assert_eq!(told.data["item"]["message"], sent.json);
        assert_eq!(inbox["items"][0]["message"], sent.json);
        assert_eq!(inbox["unread"], n + 1);

        let token = told.id.unwrap();
        let elsewhere = bob
            .at(1)
            .get_since("/api/v1/inbox", &token)
            .await?
            .is(200)?;
        assert_eq!(elsewhere["items"][0]["message"], sent.json);
    }
    house.finish().await
}
