// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import OSXML
import Patterns

/// What the filters of `<agent_config>` are compared with.
package struct AgentTraits: Sendable, Equatable {
    package var name: String
    /// The line of the system, as Wazuh's agents tell it.
    package var system: String
    /// `<config-profile>` of the agent's own file; empty for none.
    package var profile: String

    package init(name: String, system: String, profile: String) {
        self.name = name
        self.system = system
        self.profile = profile
    }
}

/// `agent.conf`, which a manager gives to the agents of a group.
///
/// ```
/// <agent_config name="^web" os="Linux" profile="debian"> sections </agent_config>
/// ```
/// Each attribute is an os_match pattern; a block counts when all that are given match. It
/// is read on top of `ossec.conf`: later scalars win, lists append.
/// Source: around-the-engine.md §3.1.
extension OssecConfiguration {
    /// Reads an `agent.conf` on top of settings.
    ///
    /// Commands in it are refused unless `mayRunCommands`, and only their blocks are left
    /// out for it.
    package init(
        central bytes: [UInt8],
        file: String,
        onto settings: Settings,
        for agent: AgentTraits,
        mayRunCommands: Bool
    ) {
        self.init(
            onto: settings,
            file: file,
            origin: .remote(mayRunCommands: mayRunCommands)
        )
        for root in roots(bytes) { readCentral(root, agent) }
    }

    /// Whether something in an `agent.conf` cannot be used, but for what the agent does not
    /// allow.
    package var isRefused: Bool {
        diagnostics.contains { $0.severity == .error && $0.code != "remote-command" }
    }

    private mutating func readCentral(_ root: XMLElement, _ agent: AgentTraits) {
        guard root.name == "agent_config" else {
            warn(
                root,
                code: "unknown-section",
                "<\(root.name)> is not <agent_config>; ignored",
                hint: "put the sections into <agent_config> and </agent_config>"
            )
            return
        }
        guard concerns(root, agent) else { return }
        for section in root.children {
            switch section.name {
            case "client": readCentralClient(section)
            case let name where Self.centralSections.contains(name): readSection(section)
            default:
                warn(
                    section,
                    code: "not-central",
                    "<\(section.name)> is not taken from agent.conf; ignored",
                    hint: "write it into the agent's own ossec.conf"
                )
            }
        }
    }

    /// Whether all filters of a block match.
    private mutating func concerns(_ root: XMLElement, _ agent: AgentTraits) -> Bool {
        var isMatch = true
        for attribute in root.attributes {
            let subject: String
            switch attribute.name {
            case "name": subject = agent.name
            case "os": subject = agent.system
            case "profile": subject = agent.profile
            case "overwrite": continue
            default:
                warn(
                    root,
                    code: "unknown-attribute",
                    "\(attribute.name) is no filter of <agent_config>; the block counts for nobody",
                    hint: "filters are name, os and profile"
                )
                isMatch = false
                continue
            }
            let bytes = [UInt8](subject.utf8)
            isMatch = OSMatch(attribute.value).matches(bytes.span) && isMatch
        }
        return isMatch
    }

    private mutating func readCentralClient(_ section: XMLElement) {
        for child in section.children where child.name != "force_reconnect_interval" {
            warn(
                child,
                code: "not-central",
                "<\(child.name)> in <client> is not taken from agent.conf; ignored",
                hint: "write it into the agent's own ossec.conf"
            )
        }
        diagnostics += ClientReader.reconnection(
            section,
            file: file,
            into: &settings.client
        )
    }

    /// Source: around-the-engine.md §3.1.
    private static let centralSections: Set<String> = [
        "localfile", "socket", "syscheck", "rootcheck", "wodle", "sca", "labels",
        "client_buffer",
    ]
}
