use std::collections::BTreeSet;

use super::*;

#[test]
fn every_event_has_a_message_a_channel_and_a_schema() {
    let document = document();
    for name in domain::NAMES {
        for place in ["messages", "schemas"] {
            assert!(
                document["components"][place][name].is_object(),
                "{place}: {name}"
            );
        }
        let address = document["channels"][name]["address"].as_str().unwrap();
        assert_eq!(
            address,
            format!("tidings.v1.{{epoch}}.events.{name}.{{bucket}}")
        );
        let spelt = nats::subject(1, name, "");
        assert!(spelt.starts_with(&address.replace("{epoch}", "1").replace("{bucket}", "")));
    }
}

#[test]
fn every_kind_of_news_is_described() {
    let document = document();
    let messages = document["channels"]["push.sse"]["messages"]
        .as_object()
        .unwrap();
    let kinds: Vec<&str> = messages
        .keys()
        .filter_map(|name| name.strip_prefix("push."))
        .collect();
    let expected = [
        "bye",
        "conversation.changed",
        "hello",
        "message.changed",
        "message.new",
        "reset",
        "session.ended",
        "typing",
        "unread",
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn no_reference_leads_nowhere() {
    let document = document();
    let text = document.to_string();
    let references: BTreeSet<&str> = text
        .split(r##""$ref":"#"##)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(references.len() > 60);
    for reference in references {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
}
