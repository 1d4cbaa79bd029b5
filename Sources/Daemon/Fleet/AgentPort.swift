// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Where a manager listens for its own agents, as flags and environment say.
package struct AgentPort: Sendable, Hashable {
    package var host = "0.0.0.0"
    package var port = 9_697
    /// Names that agents call the manager by, besides its host's name and addresses.
    package var names: [String] = []

    package init() {}
}
