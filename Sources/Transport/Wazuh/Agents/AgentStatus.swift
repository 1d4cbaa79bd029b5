// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// What is known of an agent at a moment, for lists and pages.
package struct AgentStatus: Sendable, Hashable {
    package let id: String
    package let name: String
    /// As registered: `any`, an address or a network.
    package let registeredAddress: String
    package let state: AgentState
    package let groups: [String]
    /// Nil until it has told.
    package let keepAlive: KeepAlive?
    /// `v4.14.7`; nil until it has told.
    package let version: String?
    /// Nil until it was seen since the start.
    package let lastKeepAlive: Timestamp?
    /// Where it is connected from; empty when it is not.
    package let peer: String

    /// The system it runs on.
    package var system: UnameLine { UnameLine(keepAlive?.uname ?? "") }
}
