//! A gRPC service as one function, from the name of an rpc and the bytes of its message to the bytes of its answers.
//!
//! Servers that are generated bring tonic's whole machinery once for every rpc; with messages that stay bytes until the
//! service has looked at the name there is one. An rpc that answers once looks on the wire like one whose stream ends
//! after its first message, so that there is one way to answer, too.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::{FutureExt as _, Stream, StreamExt as _, stream};
use prost::Message;
use prost::bytes::{Buf as _, BufMut as _, Bytes};
use tonic::body::Body;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::{BoxFuture, BoxStream, Service, http};
use tonic::server::{Grpc, NamedService, ServerStreamingService};
use tonic::{Request, Response, Status};

/// Largest message either way, as the Go servers have it: state grows with user data.
const LARGEST_MESSAGE: usize = 256 << 20;

/// What comes of a call: encoded messages.
pub(super) type Answers = Result<Response<BoxStream<Bytes>>, Status>;

/// The answers of a call, in some time.
pub(super) type Called = BoxFuture<Response<BoxStream<Bytes>>, Status>;

/// The rpcs of one service.
pub(super) trait Rpcs: Send + Sync + 'static {
    /// Answers a call of the rpc with this name; nothing when there is none.
    fn call(self: Arc<Self>, rpc: &str, message: Bytes) -> Option<Called>;
}

/// Reads the message of a call.
pub(super) fn asked<M: Message + Default>(message: Bytes) -> Result<M, Status> {
    M::decode(message).map_err(|error| Status::internal(error.to_string()))
}

/// Answers with one message.
#[expect(clippy::needless_pass_by_value, reason = "its bytes take its place")]
pub(super) fn once(answer: impl Message) -> Answers {
    let answer = Bytes::from(answer.encode_to_vec());
    Ok(Response::new(stream::once(std::future::ready(Ok(answer))).boxed()))
}

/// Answers with one message after the other.
pub(super) fn each<M: Message>(answers: impl Stream<Item = M> + Send + 'static) -> Answers {
    Ok(Response::new(answers.map(|answer| Ok(Bytes::from(answer.encode_to_vec()))).boxed()))
}

/// Declares a service of this name, that is answered by its rpcs.
macro_rules! services {
    ($($(#[$meta:meta])* $service:ident = $name:literal;)*) => {$(
        $(#[$meta])*
        #[derive(Clone)]
        pub(super) struct $service(pub(super) Arc<dyn Rpcs>);

        impl NamedService for $service {
            const NAME: &'static str = $name;
        }

        impl Service<http::Request<Body>> for $service {
            type Response = http::Response<Body>;
            type Error = Infallible;
            type Future = BoxFuture<Self::Response, Infallible>;

            fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
                Poll::Ready(Ok(()))
            }

            fn call(&mut self, request: http::Request<Body>) -> Self::Future {
                answer(Arc::clone(&self.0), request)
            }
        }
    )*};
}

services! {
    /// Of the plugin protocol.
    Provider = "tfplugin6.Provider";
    /// The life of the process.
    Controller = "plugin.GRPCController";
    /// What the process prints.
    Stdio = "plugin.GRPCStdio";
    /// Whether the process is well.
    Health = "grpc.health.v1.Health";
}

fn answer(rpcs: Arc<dyn Rpcs>, request: http::Request<Body>) -> BoxFuture<http::Response<Body>, Infallible> {
    async move {
        let rpc = Rpc { rpcs, name: request.uri().path().rsplit('/').next().unwrap_or_default().to_owned() };
        let mut grpc = Grpc::new(Raw)
            .max_decoding_message_size(LARGEST_MESSAGE)
            .max_encoding_message_size(LARGEST_MESSAGE);
        Ok(grpc.server_streaming(rpc, request).await)
    }
    .boxed()
}

/// One call.
struct Rpc {
    rpcs: Arc<dyn Rpcs>,
    name: String,
}

impl ServerStreamingService<Bytes> for Rpc {
    type Response = Bytes;
    type ResponseStream = BoxStream<Bytes>;
    type Future = Called;

    fn call(&mut self, request: Request<Bytes>) -> Called {
        let unknown = || std::future::ready(Err(Status::unimplemented("this rpc is not offered"))).boxed();
        Arc::clone(&self.rpcs).call(&self.name, request.into_inner()).unwrap_or_else(unknown)
    }
}

/// Messages as they are.
#[derive(Clone, Copy)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        into.put(message);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}
