// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Whether an agent is there.
///
/// Source: around-the-engine.md §5.8.
package enum AgentState: String, Sendable, Hashable, CaseIterable {
    /// Registered, and never seen since.
    case neverConnected = "never_connected"
    /// It has started, and not yet told of itself.
    case pending
    case active
    case disconnected
}
