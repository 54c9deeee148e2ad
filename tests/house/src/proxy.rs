//! A wire with bad moments: a TCP proxy that can be cut, reset, slow, or dead without saying so.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// How late each byte is on a slow wire.
pub const LATE: Duration = Duration::from_millis(200);

/// Where it leads.
#[derive(Clone, Debug)]
pub enum Target {
    /// A port of this machine's.
    Port(u16),
    /// A socket in a directory, as Postgres has it.
    Socket(PathBuf),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weather {
    Fair,
    Slow,
    Cut,
    HalfOpen,
}

/// What the connections are told: the weather, and which of them are over.
#[derive(Clone, Copy, Debug)]
struct Sky {
    weather: Weather,
    /// Connections of an earlier generation than this are over,
    generation: u64,
    /// and this is how.
    ending: Weather,
}

/// Carries connections until it is dropped.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    sky: watch::Sender<Sky>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// On a free port.
    pub async fn start(target: Target) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let (sky, told) = watch::channel(Sky {
            weather: Weather::Fair,
            generation: 0,
            ending: Weather::Fair,
        });
        let accepting = tokio::spawn(async move {
            let mut carried = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                carried.spawn(carry(client, target.clone(), told.clone()));
                while carried.try_join_next().is_some() {}
            }
        });
        Ok(Self {
            port,
            sky,
            accepting,
        })
    }

    /// Where it answers.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends every connection with a reset; new ones work.
    pub fn reset(&self) {
        self.change(Weather::Fair);
    }

    /// Ends every connection, and every new one at once, with a reset.
    pub fn cut(&self) {
        self.change(Weather::Cut);
    }

    /// What is connected never hears another byte, nor that it is over, as when the other machine has vanished; new
    /// connections are taken, and hear nothing either.
    pub fn half_open(&self) {
        self.change(Weather::HalfOpen);
    }

    /// Every byte comes late, in both directions.
    pub fn slow(&self) {
        self.sky.send_modify(|sky| sky.weather = Weather::Slow);
    }

    /// New connections work, and slow ones are slow no more. Those that hear nothing go on hearing nothing.
    pub fn mend(&self) {
        self.sky.send_modify(|sky| sky.weather = Weather::Fair);
    }

    fn change(&self, weather: Weather) {
        self.sky.send_modify(|sky| {
            sky.weather = weather;
            sky.ending = weather;
            sky.generation += 1;
        });
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn carry(mut client: TcpStream, target: Target, mut sky: watch::Receiver<Sky>) {
    let now = *sky.borrow_and_update();
    let ending = match now.weather {
        Weather::Cut | Weather::HalfOpen => now.weather,
        Weather::Fair | Weather::Slow => {
            let told = sky.clone();
            let over = sky.wait_for(|sky| sky.generation > now.generation);
            tokio::select! {
                // Whoever hung up is told to the other one by the end of this.
                _ = join(&mut client, target, told) => return,
                over = over => over.map_or(Weather::Cut, |sky| sky.ending),
            }
        }
    };
    if ending == Weather::HalfOpen {
        std::future::pending::<()>().await;
    }
    // Without lingering an end is a reset.
    let _ = SockRef::from(&client).set_linger(Some(Duration::ZERO));
}

async fn join(client: &mut TcpStream, target: Target, sky: watch::Receiver<Sky>) -> io::Result<()> {
    let (mut heard, mut said): (
        Box<dyn AsyncRead + Send + Unpin>,
        Box<dyn AsyncWrite + Send + Unpin>,
    ) = match target {
        Target::Port(port) => {
            let (heard, said) = TcpStream::connect(("127.0.0.1", port)).await?.into_split();
            (Box::new(heard), Box::new(said))
        }
        Target::Socket(path) => {
            let (heard, said) = UnixStream::connect(path).await?.into_split();
            (Box::new(heard), Box::new(said))
        }
    };
    let (mut asked, mut answered) = client.split();
    tokio::select! {
        done = pump(&mut asked, &mut said, &sky) => done,
        done = pump(&mut heard, &mut answered, &sky) => done,
    }
}

async fn pump(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    sky: &watch::Receiver<Sky>,
) -> io::Result<()> {
    let mut bytes = vec![0; 256 * 1024];
    loop {
        let count = from.read(&mut bytes).await?;
        if count == 0 {
            return Ok(());
        }
        if sky.borrow().weather == Weather::Slow {
            late().await;
        }
        to.write_all(&bytes[..count]).await?;
    }
}

#[expect(clippy::disallowed_methods, reason = "being late is what it is for")]
async fn late() {
    tokio::time::sleep(LATE).await;
}
