// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// What an agent begins with.
package struct AgentStartReport: Sendable {
    /// Empty when the host is enrolled at no manager of Jaga.
    package let id: String
    package let name: String
    package let managers: [String]
    /// Files named by the configuration, besides the containers' logs.
    package let localFiles: [String]
    /// Warnings and notes about the configuration.
    package let diagnostics: [Diagnostic]
}
