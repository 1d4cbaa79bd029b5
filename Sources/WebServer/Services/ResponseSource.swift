// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What is done about alerts, for the server.
package struct ResponseSource: Sendable {
    /// What an act is done to.
    package enum Target: Sendable, Hashable {
        /// Name and image are for people; both may be empty.
        case container(id: String, name: String, image: String, engine: String)
        case address(String)
        case account(String)
        /// A script's, as far as the alert tells.
        case script(String)
    }

    /// An act, standing or ended.
    package struct Act: Sendable, Hashable {
        /// Nil for one that is only said.
        package var id: UInt64?
        /// `begun`, `standing`, `undoing`, `undone`, `failed`, `finished` or `aborted`.
        package var state = ""
        /// `docker-pause` …, or `script`.
        package var act = ""
        package var command = ""
        /// The response that led to it, or the command for a person's.
        package var response = ""
        package var target: Target
        package var agent = "000"
        package var mode = ""
        /// Milliseconds since the epoch; the end is nil until somebody undoes it.
        package var begun: Int64 = 0
        package var expires: Int64?
        /// `rule`, `user:NAME` or `shell:NAME`.
        package var by = ""
        /// 0 when no rule asked.
        package var rule = 0
        package var alert = ""
        /// How it was done, then how it ended.
        package var detail = ""
        package var undoneBy = ""
        package var ended: Int64?
        package var canBeUndone = false

        package init(target: Target) {
            self.target = target
        }
    }

    /// A response of the settings.
    package struct Configured: Sendable, Hashable {
        package var name = ""
        package var act = ""
        /// `local`, `server`, `all`, or an agent's id.
        package var place = ""
        package var mode = ""
        package var level: Int?
        package var rules: [Int] = []
        package var groups = ""
        package var seconds = 0

        package init() {}
    }

    /// How everything stands.
    package struct Overview: Sendable, Hashable {
        /// Whether alerts lead to acts at all.
        package var isEnabled = false
        package var configured: [Configured] = []
        /// Newest first.
        package var acts: [Act] = []

        package init() {}
    }

    /// What a person asks for.
    package struct Order: Sendable, Hashable {
        /// A built-in act, or a `<command>`.
        package let act: String
        package let target: Target
        package let agent: String
        package let isInEarnest: Bool
        /// Until somebody undoes it, when nil.
        package let seconds: Int?
        package let by: String
        /// The alert that led to it, and its rule; empty and 0 without.
        package let alert: String
        package let rule: Int
    }

    /// How it ended.
    package struct Outcome: Sendable, Hashable {
        /// `done`, `dry-run`, `nothing-to-do`, `refused`, `failed`, `aborted`, `undone`,
        /// `undo-failed`, or `begun` while it goes on.
        package let result: String
        /// One line.
        package let text: String
        package let act: Act?

        package init(result: String, text: String, act: Act?) {
            self.result = result
            self.text = text
            self.act = act
        }
    }

    /// What an alert would lead to: an act or a refusal.
    package struct Step: Sendable, Hashable {
        /// `act`, `dry-run` or `refused`.
        package let result: String
        package let text: String

        package init(result: String, text: String) {
            self.result = result
            self.text = text
        }
    }

    /// Must not block.
    package let overview: @Sendable () -> Overview
    /// Does it, and waits for some seconds; nobody's protections are passed over.
    package let perform: @Sendable (Order) async -> Outcome
    /// Undoes an act, for somebody; nil when it does not stand.
    package let undo: @Sendable (_ id: UInt64, _ by: String) async -> Outcome?
    /// What an alert would lead to, by its JSON; nothing is done.
    package let trial: @Sendable (_ alert: [UInt8]) -> [Step]

    package init(
        overview: @escaping @Sendable () -> Overview,
        perform: @escaping @Sendable (Order) async -> Outcome,
        undo: @escaping @Sendable (UInt64, String) async -> Outcome?,
        trial: @escaping @Sendable ([UInt8]) -> [Step]
    ) {
        self.overview = overview
        self.perform = perform
        self.undo = undo
        self.trial = trial
    }
}
