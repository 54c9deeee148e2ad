//! `tidings up --demo`: the accounts and messages of the original service's documentation.

use std::sync::Arc;

use api::{
    Api,
    identity::{NewAccount, Password, create_account},
};

const ACCOUNTS: [&str; 4] = ["test1", "test2", "test3", "test4"];
const PASSWORD: &str = "1234";
const MESSAGES: [(&str, &str, &str, &str); 5] = [
    ("test1", "test2", "Hello", "Hello test2, how are you?"),
    (
        "test2",
        "test1",
        "Hello",
        "Hi test1, fine, thank you. And you?",
    ),
    (
        "test1",
        "test3",
        "Lunch",
        "Shall we have lunch together tomorrow?",
    ),
    ("test3", "test1", "Lunch", "Yes, at noon."),
    ("test4", "test1", "Welcome", "Welcome to the team!"),
];

/// Makes what is not there yet. Starting the demonstration again changes nothing.
pub async fn prepare(api: &Arc<Api>) -> anyhow::Result<()> {
    let mut is_new = false;
    for name in ACCOUNTS {
        let account = NewAccount {
            username: name.to_owned(),
            password: Password::new(PASSWORD.to_owned()),
            email: format!("{name}@example.com"),
            first_name: String::new(),
            last_name: String::new(),
        };
        match create_account(api, account).await {
            Ok(_) => is_new = true,
            Err(api::identity::Error::Taken) => {}
            Err(error) => return Err(error.into()),
        }
    }
    if is_new {
        for (from, to, subject, body) in MESSAGES {
            api.send_as(from, to, subject, body)
                .await
                .map_err(|problem| anyhow::anyhow!("{}", problem.detail()))?;
        }
    }
    Ok(())
}
