// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The way back to an agent: a connection, or an address that it sends from.
protocol AgentLink: AnyObject, Sendable {
    /// Where the agent is, as text.
    var peer: String { get }
    /// Whether what is sent may be lost on the way.
    var isDatagram: Bool { get }
    /// Sends a message soon, or drops and counts it when too much waits.
    func send(_ message: ManagerMessage)
    /// Acknowledges a keep-alive, as soon as the events before it are kept.
    func acknowledge()
    /// Sends a shared file soon, unless one is being sent.
    func push(_ bundle: SharedBundle)
    /// Ends the connection, if it is one.
    func close()
}
