// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// One act on one target, decided and perhaps done.
package struct PlannedAct: Sendable, Hashable, Codable {
    /// From 1 on, never used twice in a data folder; 0 for one that is only said.
    package var id: UInt64
    package let kind: ActKind
    /// The `<command>`.
    package let command: String
    /// The response, `pause600`; for a person's act the command.
    package let response: String
    package let target: ActTarget
    /// On which agent's host: `000` for this one.
    package let agent: String
    package let mode: ResponseMode
    /// Nanoseconds since the epoch.
    package let begunAt: Int64
    /// When it is undone; nil for never by itself.
    package var expiresAt: Int64?
    package let reason: Reason
    /// What a script is given; nil for other acts.
    package var script: ScriptOrder?
    /// Of `docker-disconnect`: from this network alone; nil for all.
    package var network: String?

    /// Why it is done.
    package struct Reason: Sendable, Hashable, Codable {
        /// `rule`, `user:NAME` for who signed in, `shell:NAME` for who used the command line.
        package let by: String
        /// 0 when no rule asked.
        package let ruleID: Int
        package let alert: String

        package init(by: String, ruleID: Int, alert: String) {
            self.by = by
            self.ruleID = ruleID
            self.alert = alert
        }
    }

    /// Which act is the same as another, while it stands.
    package struct Key: Sendable, Hashable {
        let kind: ActKind
        /// Empty for most built-in acts: two commands that pause are one act.
        let script: String
        let target: ActTarget
        let agent: String
    }

    package var key: Key {
        // Two webhooks are two acts, and so are two networks.
        let name = kind == .webhook ? command : script?.executable ?? network ?? ""
        return Key(kind: kind, script: name, target: target, agent: agent)
    }

    /// `docker-pause of container 0123456789ab (web)`, for people.
    package var title: String {
        switch target {
        case .container(let container):
            "\(kind.rawValue) of container \(container.id.prefix(12)) (\(container.name))"
        case .address(let text): "\(kind.rawValue) of \(text)"
        case .account(let text): "\(kind.rawValue) of \(text)"
        case .script(let hint):
            "\(kind == .webhook ? "webhook" : "script") \(command) for \(hint)"
        }
    }
}

extension PlannedAct {
    /// Without the address of a webhook, which may be a secret: its host alone is left.
    ///
    /// Where it sends to is read from the settings again.
    var shown: PlannedAct {
        guard kind == .webhook, let address = script?.arguments.first else { return self }
        var act = self
        act.script?.arguments = [WebhookAddress.host(address)]
        return act
    }
}

/// What a script is called with, again at its undo.
package struct ScriptOrder: Sendable, Hashable, Codable {
    /// A file's name in the folder of scripts.
    package let executable: String
    package var arguments: [String]
    /// The alert, one JSON object.
    package let alert: String

    /// The longest alert that is handed over; the contract's line is 65,535 bytes.
    ///
    /// Source: around-the-engine.md §6.6.
    static let alertLimit = 60_000
}

/// An act that was done and is not undone.
package struct StandingAct: Sendable, Hashable, Codable {
    package var act: PlannedAct
    package var memory: ActMemory
    /// Whether its doing was seen to its end.
    package var isConfirmed: Bool
    /// Who asked for its undo, as in ``PlannedAct/Reason/by``; empty for its time.
    package var undoneBy = ""

    package init(act: PlannedAct, memory: ActMemory, isConfirmed: Bool) {
        self.act = act
        self.memory = memory
        self.isConfirmed = isConfirmed
    }
}

/// What an act must remember to be undone.
package struct ActMemory: Sendable, Hashable, Codable {
    /// Networks that the container was taken from.
    package var networks: [RememberedNetwork] = []
    /// `always`, `on-failure:3`; empty when it was not touched.
    package var restartPolicy = ""
    /// What the script calls its target.
    package var keys: [String] = []

    package init() {}
}

/// A container's place in a network.
package struct RememberedNetwork: Sendable, Hashable, Codable {
    package let id: String
    package let name: String
    package let aliases: [String]
    /// Empty when the engine chose them.
    package let address4: String
    package let address6: String

    package init(id: String, name: String, aliases: [String], address4: String, address6: String) {
        self.id = id
        self.name = name
        self.aliases = aliases
        self.address4 = address4
        self.address6 = address6
    }
}
