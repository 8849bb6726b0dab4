import Hummingbird
import NIOCore

/// Hummingbird's request context with the connection, which a lost response closes.
struct ParticipantContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}
