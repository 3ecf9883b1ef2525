//! What stands between: a link that can be cut or left hanging, and a balancer that sends every request to another node.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinHandle};

const OPEN: u8 = 0;
const CUT: u8 = 1;
const HANGING: u8 = 2;

/// A TCP link to a port of this machine. It stops when it is dropped.
pub struct Link {
    /// The port on 127.0.0.1.
    pub port: u16,
    state: Arc<AtomicU8>,
    /// How many connections pass something on.
    flowing: Arc<AtomicUsize>,
    /// How many of those are to hang yet.
    to_hang: Arc<AtomicUsize>,
    connections: Arc<std::sync::Mutex<Vec<AbortHandle>>>,
    task: JoinHandle<()>,
}

/// Counts a connection for as long as it passes something on.
struct Flowing(Arc<AtomicUsize>);

impl Flowing {
    fn count(all: &Arc<AtomicUsize>) -> Self {
        all.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(all))
    }
}

impl Drop for Flowing {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Link {
    /// Opens it.
    pub async fn to(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("its port").port();
        let (state, connections) = (Arc::new(AtomicU8::new(OPEN)), Arc::new(std::sync::Mutex::new(Vec::new())));
        let flowing = Arc::new(AtomicUsize::new(0));
        let (seen, kept, counted) = (Arc::clone(&state), Arc::clone(&connections), Arc::clone(&flowing));
        let to_hang = Arc::new(AtomicUsize::new(0));
        let some = Arc::clone(&to_hang);
        let task = tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                match seen.load(Ordering::SeqCst) {
                    CUT => continue,
                    HANGING => {
                        tokio::spawn(async move {
                            let _held = near;
                            tokio::time::sleep(Duration::from_mins(2)).await;
                        });
                        continue;
                    }
                    _ => {}
                }
                let (seen, some, flows) = (Arc::clone(&seen), Arc::clone(&some), Flowing::count(&counted));
                let connection = tokio::spawn(async move {
                    let Ok(mut far) = TcpStream::connect(("127.0.0.1", target)).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut near, &mut far) => {}
                        () = hangs(&seen, &some) => {
                            drop(flows);
                            tokio::time::sleep(Duration::from_mins(2)).await;
                        }
                    }
                });
                kept.lock().expect("not poisoned").push(connection.abort_handle());
            }
        });
        Self { port, state, flowing, to_hang, connections, task }
    }

    /// Ends every connection and takes no new one.
    pub fn cut(&self) {
        self.state.store(CUT, Ordering::SeqCst);
        for connection in self.connections.lock().expect("not poisoned").drain(..) {
            connection.abort();
        }
    }

    /// Lets every connection hang: nothing is refused, and once this returns nothing comes through.
    pub async fn hang(&self) {
        self.state.store(HANGING, Ordering::SeqCst);
        while self.flowing.load(Ordering::SeqCst) > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Lets so many of the connections hang: nothing is refused, once this returns nothing comes through them, and new
    /// ones are taken.
    pub async fn hang_some(&self, connections: usize) {
        self.to_hang.store(connections, Ordering::SeqCst);
        while self.to_hang.load(Ordering::SeqCst) > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Takes connections again; those that hung are ended.
    pub fn restore(&self) {
        self.cut();
        self.state.store(OPEN, Ordering::SeqCst);
    }
}

/// Resolves when a connection is to hang: all are, or it is one of some.
async fn hangs(state: &AtomicU8, some: &AtomicUsize) {
    let one_less = |left: usize| left.checked_sub(1);
    while state.load(Ordering::SeqCst) != HANGING
        && some.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_err()
    {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// An HTTP balancer: each request goes to the next node, on a connection of its own. It stops when it is dropped.
pub struct Balancer {
    /// The port on 127.0.0.1.
    pub port: u16,
    task: JoinHandle<()>,
}

impl Balancer {
    /// Listens on `port` in front of the nodes' ports.
    pub async fn over(port: u16, nodes: Vec<u16>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("the port is free");
        let (turn, nodes) = (Arc::new(AtomicUsize::new(0)), Arc::new(nodes));
        let task = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (turn, nodes) = (Arc::clone(&turn), Arc::clone(&nodes));
                tokio::spawn(async move {
                    let node = nodes.get(turn.fetch_add(1, Ordering::SeqCst) % nodes.len()).copied().unwrap_or(0);
                    drop(pass(near, node).await);
                });
            }
        });
        Self { port, task }
    }
}

/// Passes one request on, asks the node to close afterwards, and closes towards the client with it.
async fn pass(near: TcpStream, node: u16) -> std::io::Result<()> {
    let mut near = BufReader::new(near);
    let (mut head, mut length) = (String::new(), 0_usize);
    loop {
        let mut line = String::new();
        if near.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        if line == "\r\n" {
            head.push_str("connection: close\r\n\r\n");
            break;
        }
        if !lower.starts_with("connection:") {
            head.push_str(&line);
        }
    }
    let mut body = vec![0; length];
    near.read_exact(&mut body).await?;
    let mut far = TcpStream::connect(("127.0.0.1", node)).await?;
    far.write_all(head.as_bytes()).await?;
    far.write_all(&body).await?;
    let mut near = near.into_inner();
    tokio::io::copy(&mut far, &mut near).await?;
    near.shutdown().await
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.task.abort();
    }
}
