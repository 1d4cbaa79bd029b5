// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What agents may take of a manager.
///
/// Source: around-the-engine.md §5.15.
package struct AgentLimits: Sendable {
    /// Open connections.
    package var connections = 16_384
    /// Open connections from one address; many agents share one behind NAT.
    package var connectionsPerAddress = 1_024
    /// Time until a connection has said something valid.
    package var handshake = Duration.seconds(30)
    /// Bytes of a frame before a connection has said something valid; an agent begins with
    /// its startup, of some hundred.
    package var firstFrame = 8 << 10
    /// Time without a word after which a connection is closed.
    package var idle = Duration.seconds(900)
    /// Bytes that wait to be sent to one agent.
    package var unsentBytes = 128 << 10
    /// Bytes of events that wait to be taken.
    package var waitingBytes = 16 << 20
    /// Time for an answer to a request.
    package var answer = Duration.seconds(60)
    /// Connections to enrol that are open at once.
    package var enrolments = 999
    /// Time that one of them has for TLS, its line and the answer.
    package var enrolmentTime = Duration.seconds(15)
    /// Of these, from one address.
    package var enrolmentsPerAddress = 256

    package init() {}
}
