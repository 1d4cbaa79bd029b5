// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix

/// The threads on which this process speaks over sockets.
package enum EventLoopThreads {
    /// Two loops for all connections, instead of one for each core.
    ///
    /// A machine with many cores would have as many threads for a few streams.
    /// To be called once, before the first connection is made: NIO ends the
    /// process when the number changes later.
    package static func limit() {
        NIOSingletons.groupLoopCountSuggestion = 2
        NIOSingletons.blockingPoolThreadCountSuggestion = 2
    }
}
