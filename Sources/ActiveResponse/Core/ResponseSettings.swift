// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import Patterns

/// What may be done, when, and to what never.
///
/// Source: around-the-engine.md §6.1; modes, limits and protections are Jaga's.
package struct ResponseSettings: Sendable {
    /// In the order of the file.
    package var responses: [Response] = []
    /// Minutes for the second, third … time; at most five.
    package var repeatedOffenders: [Int] = []
    package var limits = ResponseLimits()
    package var protections = Protections()
    /// False: `<active-response><disabled>yes`.
    package var isEnabled = true

    package init() {}

    package var isEmpty: Bool { responses.isEmpty || !isEnabled }

    /// As the acts of one alert follow each other: evidence first, before anything else is
    /// done, then in the order of the file.
    package var inOrder: [Response] {
        responses.filter { $0.command.kind == .dockerSnapshot }
            + responses.filter { $0.command.kind != .dockerSnapshot }
    }
}

/// Whether an act is done, or only said.
package enum ResponseMode: String, Sendable, Hashable, Codable {
    case dryRun = "dry-run"
    case enforce
}

/// A `<command>`.
package struct ResponseCommand: Sendable, Hashable {
    package let name: String
    /// A built-in act, or a file's name in the folder of scripts.
    package let executable: String
    package var allowsTimeout = false
    /// Given to a script in `extra_args`, never on a command line.
    package var arguments: [String] = []
    /// What it does; a stock name of Wazuh without such a script is Jaga's own act.
    package var kind: ActKind

    package init(name: String, executable: String) {
        self.name = name
        self.executable = executable
        kind = ActKind(executable: executable)
    }

    /// Names that Wazuh's users know, and what does the same here.
    ///
    /// Source: around-the-engine.md §6.4.
    static let stock: [String: ActKind] = [
        "firewall-drop": .blockAddress, "firewalld-drop": .blockAddress,
        "disable-account": .disableAccount,
    ]

    /// Of `docker-disconnect`: the one network that is meant; nil for all.
    package var network: String? { kind == .dockerDisconnect ? arguments.first : nil }

    /// Whether there may be a program of that name: an act that is Jaga's alone has none.
    package var isProgram: Bool {
        kind == .script || Self.stock[executable] != nil
    }

    /// The command where a script of its name is there, or is not.
    package func resolved(in scripts: ScriptFolder) -> ResponseCommand {
        guard let kind = Self.stock[executable] else { return self }
        var command = self
        command.kind = scripts.has(executable) ? .script : kind
        return command
    }
}

/// An `<active-response>` that names a command.
package struct Response: Sendable {
    /// Where the act is done.
    package enum Place: Sendable, Hashable {
        /// On the host that the event arose on.
        case local
        /// Here.
        case server
        case agent(String)
        case all

        /// Whether one agent is named.
        package var isAgent: Bool { if case .agent = self { true } else { false } }
    }

    package private(set) var command: ResponseCommand
    /// At least one.
    package let places: [Place]
    /// From 0 to 20.
    package var level: Int?
    package var ruleIDs: Set<Int> = []
    /// Searched in the rule's groups, `web,attack,`.
    package var groups: OSRegex?
    /// 0: until somebody undoes it.
    package var timeoutSeconds = 0
    package var mode: ResponseMode

    /// A script is done as its owner expects; an act of Jaga's own is only said,
    /// until the settings say more.
    package init(command: ResponseCommand, places: [Place]) {
        self.command = command
        self.places = places
        let isWazuhs = command.kind == .script || ResponseCommand.stock[command.executable] != nil
        mode = isWazuhs ? .enforce : .dryRun
    }

    /// See ``ResponseCommand/resolved(in:)``.
    package func resolved(in scripts: ScriptFolder) -> Response {
        var response = self
        response.command = command.resolved(in: scripts)
        return response
    }

    /// `pause600`, as Wazuh calls it.
    package var name: String { "\(command.name)\(timeoutSeconds)" }

    /// Whether a rule can lead to it, as far as number and level tell; cheap.
    package func mayConcern(ruleID: Int, level: Int) -> Bool {
        if ruleIDs.contains(ruleID) { return true }
        if let minimum = self.level { return level >= minimum || groups != nil }
        return groups != nil
    }

    /// Whether an alert leads to it: level and group together, or the rule's id.
    package func concerns(_ alert: ResponseAlert) -> Bool {
        if ruleIDs.contains(alert.ruleID) { return true }
        let hasLevel = level.map { alert.level >= $0 }
        let hasGroup = groups.map { pattern in
            let text = [UInt8](alert.groups.joined(separator: ",").utf8) + [UInt8(ascii: ",")]
            return pattern.firstMatch(in: text.span) != nil
        }
        guard hasLevel != nil || hasGroup != nil else { return false }
        return hasLevel ?? true && hasGroup ?? true
    }
}

/// How much may be done in a time; what is more opens the breaker.
package struct ResponseLimits: Sendable, Hashable {
    /// Acts that one response may begin in a minute.
    package var perResponse = 20
    /// Acts that all together may begin in a minute.
    package var inAll = 60
    /// How long nothing is begun once a limit is passed.
    package var breakSeconds = 600

    package init() {}
}
