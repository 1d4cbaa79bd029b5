// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// What all parts of a running server share.
struct ServerContext: Sendable {
    let services: Services
    let signIn: SignIn
    let streams: StreamRegistry
    let metrics: ServerMetrics
    let work: BlockingWork
    let clock: WallClock
    let guardian: RequestGuard
    let isLoopback: Bool
    let isEncrypted: Bool
    let timeLimit: Duration

    /// When the connection of a request that is not answered is closed.
    var closingTime: TimeAmount { TimeAmount(timeLimit + .seconds(5)) }
}
