// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import DockerClient
package import EventModel

/// What is known of an engine's containers, and so what is news: a value, without I/O.
///
/// ```
/// inspection ─► Examination ─► judged ──► events on what is new, worse, or no more
/// /changes   ─► Drift       ─► drifted ─►
/// execution  ──────────────── executed ─►
/// ```
package struct PostureState: Sendable, Codable {
    /// Containers remembered; the one judged longest ago is forgotten beyond it.
    private static let limit = 10_000
    /// Paths remembered of one container; more are told as one.
    private static let pathLimit = 2_000

    /// What of a finding makes it another one.
    struct Known: Sendable, Hashable, Codable {
        var severity: Severity
        var subjects: [String]
    }

    struct Container: Sendable, Codable {
        var findings: [FindingKind: Known] = [:]
        /// Changed paths that were told, or were there when it was first looked at.
        var paths: Set<String> = []
        var isBaselined = false
        /// Nanoseconds since the epoch; nil when nobody was seen to execute anything.
        var lastExecution: Int64?
        /// In the order of judging.
        var turn = 0
    }

    private(set) var containers: [String: Container] = [:]
    private var turn = 0

    package init() {}

    package var isEmpty: Bool { containers.isEmpty }

    /// Takes what was found now; events on what was not known.
    package mutating func judged(
        _ facts: ContainerIdentity.Facts,
        _ posture: ContainerPosture
    ) -> [PostureEvent] {
        var container = containers[facts.id] ?? Container()
        let before = container.findings
        let now = Dictionary(
            posture.findings.map { ($0.kind, Known(severity: $0.severity, subjects: $0.subjects)) }
        ) { first, _ in first }
        container.findings = now
        keep(container, facts.id)
        var events: [PostureEvent] = []
        for finding in posture.findings where finding.severity > .low {
            guard Self.isNews(finding, before[finding.kind]) else { continue }
            events.append(Self.event(.found, finding, facts, posture))
        }
        let missing = posture.findings.filter { $0.severity == .low }
        if missing.contains(where: { before[$0.kind] == nil }) {
            events.append(Self.hardening(missing, facts, posture))
        }
        let gone = before.filter { now[$0.key] == nil && $0.value.severity > .low }
        for (kind, known) in gone.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            let finding = Finding(kind, known.severity, known.subjects)
            events.append(Self.event(.solved, finding, facts, posture))
        }
        return events
    }

    /// Forgets containers other than these.
    package mutating func retain(_ ids: Set<String>) {
        containers = containers.filter { ids.contains($0.key) }
    }

    package mutating func forget(_ id: String) { containers[id] = nil }

    private mutating func keep(_ container: Container, _ id: String) {
        turn += 1
        var container = container
        container.turn = turn
        containers[id] = container
        guard containers.count > Self.limit else { return }
        if let oldest = containers.min(by: { $0.value.turn < $1.value.turn }) {
            containers[oldest.key] = nil
        }
    }

    private static func isNews(_ finding: Finding, _ known: Known?) -> Bool {
        guard let known else { return true }
        if finding.severity > known.severity { return true }
        return !Set(finding.subjects).isSubset(of: known.subjects)
    }

    private static func event(
        _ word: PostureEvent.Word,
        _ finding: Finding,
        _ facts: ContainerIdentity.Facts,
        _ posture: ContainerPosture
    ) -> PostureEvent {
        var event = PostureEvent(word, facts, finding.severity)
        event.kind = finding.kind
        event.title = finding.kind.title
        event.subjects = finding.subjects
        event.why = finding.kind.why
        event.remedy = finding.kind.remedy
        event.score = posture.score
        return event
    }

    private static func hardening(
        _ missing: [Finding],
        _ facts: ContainerIdentity.Facts,
        _ posture: ContainerPosture
    ) -> PostureEvent {
        var event = PostureEvent(.hardening, facts, .low)
        event.title = "hardening is missing"
        event.subjects = missing.map(\.kind.rawValue)
        event.why = missing.map { "\($0.kind.rawValue): \($0.kind.why)" }.joined(separator: "; ")
        event.remedy = missing.map(\.kind.remedy).joined(separator: "; ")
        event.score = posture.score
        return event
    }

    // MARK: Drift

    /// Whether a path was told, or was there at the first look.
    func isKnown(_ path: String, of id: String) -> Bool {
        containers[id]?.paths.contains(path) ?? false
    }

    /// Takes what changed in a running container; events on paths that were not known.
    ///
    /// What of `/etc` had changed when it was first looked at is its own start's work.
    package mutating func drifted(_ facts: ContainerIdentity.Facts, _ drift: Drift)
        -> [PostureEvent]
    {
        var container = containers[facts.id] ?? Container()
        let programs = drift.executables.filter { !container.paths.contains($0) }
        let settings = drift.settings.filter { !container.paths.contains($0) }
        let isFirst = !container.isBaselined
        for path in programs + settings where container.paths.count < Self.pathLimit {
            container.paths.insert(path)
        }
        container.isBaselined = true
        keep(container, facts.id)
        var events: [PostureEvent] = []
        if !programs.isEmpty {
            var event = PostureEvent(.driftExecutable, facts, .high)
            event.title = "programs that are not its image's"
            event.subjects = Array(programs.prefix(20))
            event.why =
                "what breaks in brings its tools; a container's programs come with its image"
            event.remedy =
                "look at them, then replace the container; --read-only keeps it from happening"
            events.append(event)
        }
        if !settings.isEmpty, !isFirst {
            var event = PostureEvent(.driftSettings, facts, .medium)
            event.title = "settings changed while it runs"
            event.subjects = Array(settings.prefix(20))
            event.why = "accounts, scheduled jobs and preloaded libraries in /etc outlive a process"
            event.remedy = "compare with the image (docker diff), then replace the container"
            events.append(event)
        }
        return events
    }

    // MARK: Executions

    /// An execution in a container, not a health check's.
    package struct Execution: Sendable {
        package var command: String
        package var isRoot: Bool
        package var isPrivileged: Bool
        package var time: EngineTime
        /// When the container was started; nil when not known.
        package var startedAt: EngineTime?

        package init(command: String, isRoot: Bool, isPrivileged: Bool, time: EngineTime) {
            self.command = command
            self.isRoot = isRoot
            self.isPrivileged = isPrivileged
            self.time = time
        }
    }

    /// Takes an execution; an event when it was as root and the container had been quiet for
    /// `quiet` nanoseconds, or when it was privileged.
    package mutating func executed(
        _ facts: ContainerIdentity.Facts,
        _ execution: Execution,
        quiet: Int64
    ) -> [PostureEvent] {
        var container = containers[facts.id] ?? Container()
        let last = container.lastExecution.map(EngineTime.init(nanoseconds:)) ?? execution.startedAt
        container.lastExecution = execution.time.nanoseconds
        keep(container, facts.id)
        let wasQuiet = last.map { execution.time.nanoseconds(since: $0) >= quiet } ?? false
        guard execution.isPrivileged || (execution.isRoot && wasQuiet) else { return [] }
        let word: PostureEvent.Word = execution.isPrivileged ? .execPrivileged : .execRoot
        var event = PostureEvent(word, facts, .high)
        event.title =
            execution.isPrivileged ? "privileged execution" : "root's hand in a quiet container"
        event.subjects = [String(execution.command.prefix(512))]
        event.why =
            execution.isPrivileged
            ? "docker exec --privileged gives the command every capability"
            : "nobody had executed anything in it for long, and this runs as root"
        event.remedy = "ask who did it (docker events, the engine's audit log); use --user"
        return [event]
    }
}
