//! The harness keeps its own promises.

use std::fs;

use house::NatsServer;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

async fn answers(server: &NatsServer) -> bool {
    let address = server.url().replace("nats://", "");
    let Ok(mut stream) = TcpStream::connect(address).await else {
        return false;
    };
    stream.read_u8().await.is_ok()
}

#[tokio::test]
async fn a_server_comes_back_at_the_same_address_with_the_same_store() {
    let mut server = NatsServer::start().await.unwrap();
    let url = server.url();
    assert!(answers(&server).await);

    server.stop().await.unwrap();
    assert!(!answers(&server).await);
    fs::write(server.store_dir().join("left-here"), "").unwrap();

    server.start_again().await.unwrap();
    assert_eq!(server.url(), url);
    assert!(answers(&server).await);

    server.kill();
    assert!(!answers(&server).await);
    assert!(server.store_dir().join("left-here").exists());
    server.wipe().unwrap();
    assert!(!server.store_dir().exists());

    server.start_again().await.unwrap();
    assert!(answers(&server).await);
    let home = server.store_dir();
    drop(server);
    assert!(!home.exists());
}
