// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import DockerClient
import EventModel
import Vulnerabilities

/// What the watch remembers between its looks at the engines.
struct ScanRound {
    /// What one look came to.
    struct Outcome {
        /// Events, a batch an image.
        var batches: [[[UInt8]]] = []
        /// To be told to the operator, when it is new.
        var trouble: String?
    }

    /// Findings of one scan that are told one by one; the rest is counted.
    private static let eventLimit = 250
    /// Images scanned in one look.
    private static let scanLimit = 20

    private let folder: VulnerabilityFolder
    private let board: VulnerabilityBoard
    private var history: FindingHistory?
    private var isHistoryChanged = false
    /// Whether the very first scans are under way: their findings are the state from
    /// which changes are told.
    private var isBaseline = false
    private var advisories: AdvisoryFile?
    private var advisoriesModified: Int64?
    /// Id at the last scan, by subject.
    private var scanned: [String: String] = [:]
    /// Images that were there at the first look at an engine, by its mark, and did
    /// not run.
    private var passedOver: [String: Set<String>] = [:]
    private var failed: [String: String] = [:]
    private var looks = ContainerLooks()
    /// Reports of other scanners that were taken, by their files.
    private var imports: [String: Import] = [:]
    private var trouble = ""

    init(folder: VulnerabilityFolder, board: VulnerabilityBoard) {
        self.folder = folder
        self.board = board
    }

    /// An image of an engine, or what a container has of its own over its image.
    private struct Target {
        let subject: String
        /// The image's; of a container the mark of its own packages.
        let id: String
        let engine: EngineAccess
        let containers: [String]
        var container: ContainerSummary?
    }

    private struct Import {
        let modified: Int64
        /// Empty for one that could not be read.
        var subject = ""
    }

    /// Looks at the engines, and at reports of other scanners, once.
    mutating func run(_ engines: [EngineAccess]) async -> Outcome {
        var outcome = Outcome()
        do {
            try await refreshAdvisories()
            let files = folder.importedFiles
            guard advisories != nil || !files.isEmpty || !imports.isEmpty else { return outcome }
            try beginHistory()
            let (targets, isComplete) =
                advisories == nil ? ([], true) : await self.targets(engines)
            for target in targets { history?.adopt(target.subject, id: target.id) }
            let due = targets.filter { scanned[$0.subject] != $0.id && failed[$0.subject] != $0.id }
            board.change { state in
                state.waiting = due.count
                for target in targets {
                    state.entries[target.subject]?.containers = target.containers
                }
            }
            for target in due.prefix(Self.scanLimit) where !Task.isCancelled {
                let events = await scan(target)
                if !events.isEmpty { outcome.batches.append(events) }
            }
            outcome.batches += await takeImports(files, engines)
            if isComplete { forget(allBut: targets) }
            if due.count <= Self.scanLimit { isBaseline = false }
            outcome.trouble = changedTrouble("")
        } catch {
            outcome.trouble = changedTrouble("images are not scanned: \(error)")
        }
        return outcome
    }

    /// Keeps the history, if it changed.
    mutating func keep() async {
        guard isHistoryChanged, let history else { return }
        isHistoryChanged = false
        let folder = folder
        // A history that is not kept tells the same changes after the next start.
        try? await DedicatedThread.run("history") { try? folder.keep(history) }
    }

    private mutating func changedTrouble(_ text: String) -> String? {
        defer { trouble = text }
        board.change { $0.trouble = text }
        return text.isEmpty || text == trouble ? nil : text
    }

    /// Opens the advisories when they are others than before; all images are due
    /// then.
    private mutating func refreshAdvisories() async throws {
        // Asked before they are read: what is written meanwhile is seen next time.
        let modified = folder.advisoriesModified
        guard modified != advisoriesModified else { return }
        let folder = folder
        let opened = Handback<Result<AdvisoryFile?, any Error>>()
        try await DedicatedThread.run("advisories") {
            opened.give(Result { try folder.openAdvisories() })
        }
        advisories = try opened.take()?.get()
        advisoriesModified = modified
        scanned = [:]
        failed = [:]
        imports = imports.mapValues { Import(modified: 0, subject: $0.subject) }
        let (time, sources) = (advisories?.time, advisories?.sources ?? [])
        board.change {
            $0.advisoryTime = time
            $0.sources = sources
        }
    }

    /// Reads what was found before, at the first round that needs it.
    private mutating func beginHistory() throws {
        guard history == nil else { return }
        try folder.prepare()
        let read = folder.readHistory()
        isBaseline = read.isEmpty
        history = read
    }

    /// The images that are to be known: of containers that run, known ones, and those
    /// that came since the first look.
    ///
    /// Returns whether every engine answered, too: what one that is away has is not
    /// gone.
    private mutating func targets(_ engines: [EngineAccess]) async -> ([Target], isComplete: Bool) {
        var targets: [String: Target] = [:]
        var isComplete = true
        for engine in engines {
            // That one is away has a notice of its own.
            guard let client = try? engine.client(),
                let running = try? await client.runningContainers(),
                let images = try? await client.images()
            else {
                isComplete = false
                continue
            }
            for target in self.targets(engine, images, running) {
                targets[target.subject] = target
            }
            for found in await looks.look(at: running, on: client, engine: engine.mark) {
                let target = Self.target(found, engine)
                targets[target.subject] = target
            }
        }
        return (targets.values.sorted { $0.subject < $1.subject }, isComplete)
    }

    private mutating func targets(
        _ engine: EngineAccess,
        _ images: [ImageSummary],
        _ running: [ContainerSummary]
    ) -> [Target] {
        var containers: [String: [String]] = [:]
        for container in running {
            containers[container.imageID, default: []].append(container.name)
        }
        var names: [String: String] = [:]
        for image in images { names[image.id] = image.tags.first }
        var targets: [Target] = []
        var lying: Set<String> = []
        for id in Set(images.map(\.id)).union(containers.keys).sorted() {
            let subject = Self.subject(names[id], id, engine)
            let users = containers[id] ?? []
            let isKnown = history?.imageID(subject) != nil
            let isNew = passedOver[engine.mark]?.contains(id) == false
            if !users.isEmpty || isKnown || isNew {
                targets.append(
                    Target(subject: subject, id: id, engine: engine, containers: users)
                )
            } else {
                lying.insert(id)
            }
        }
        if passedOver[engine.mark] == nil { passedOver[engine.mark] = lying }
        return targets
    }

    private static func target(_ found: ContainerLooks.Found, _ engine: EngineAccess) -> Target {
        let name = found.container.name
        return Target(
            subject: subject("\(name) (container)", found.mark, engine),
            id: found.mark,
            engine: engine,
            containers: [name],
            container: found.container
        )
    }

    /// The name by which an image is known from scan to scan.
    private static func subject(_ tag: String?, _ id: String, _ engine: EngineAccess) -> String {
        let name = tag ?? id
        return engine.mark.isEmpty ? name : "\(engine.mark) \(name)"
    }

    /// What a scan of an image changed, as events; none on the very first.
    private mutating func scan(_ target: Target) async -> [[UInt8]] {
        do {
            let memory = try LayerMemory(folder: folder.layers)
            let client = try target.engine.client()
            let report = try await report(target, client, memory)
            scanned[target.subject] = target.id
            return take(
                report,
                as: target.subject,
                target.containers,
                engine: target.engine.mark
            )
        } catch {
            // Not again until the image or the advisories are others.
            failed[target.subject] = target.id
            return [VulnerabilityEvent.failed("\(error)", image: target.subject)]
        }
    }

    private func report(
        _ target: Target,
        _ client: DockerClient,
        _ memory: LayerMemory
    ) async throws -> ImageReport {
        guard let container = target.container else {
            let scanner = ImageScanner(.standard, memory: memory)
            return try await report(scanner.scan(target.id, of: client) { _, _ in })
        }
        // What its image has is told of the image.
        let scanner = ContainerScanner(.standard, memory: memory)
        return try await report(scanner.scan(container, on: client) { _, _ in })
            .of(layer: ContainerScanner.layerName)
    }

    private func report(_ image: ImageInventory) async throws -> ImageReport {
        let (advisories, folder) = (advisories, folder)
        let made = Handback<Result<ImageReport, any Error>>()
        try await DedicatedThread.run("matching") {
            made.give(
                Result {
                    try VulnerabilityMatcher(advisories, exceptions: folder.readExceptions())
                        .report(image, at: HostClock.now().seconds)
                }
            )
        }
        guard let result = made.take() else { throw CancellationError() }
        return try result.get()
    }

    /// Takes what is new or was changed among reports of other scanners; as events.
    private mutating func takeImports(
        _ files: [String: Int64],
        _ engines: [EngineAccess]
    ) async -> [[[UInt8]]] {
        imports = imports.filter { files[$0.key] != nil }
        let due = files.filter { imports[$0.key]?.modified != $0.value }
        guard !due.isEmpty else { return [] }
        var running: [ContainerSummary] = []
        for engine in engines {
            // That one is away has a notice of its own.
            running += await (try? engine.client().runningContainers()) ?? []
        }
        var batches: [[[UInt8]]] = []
        for (file, modified) in due.sorted(by: { $0.key < $1.key }) {
            imports[file] = Import(modified: modified)
            do {
                let (name, report) = try await imported(file)
                imports[file]?.subject = name
                let users = running.filter { container in
                    container.imageID == report.image.id
                        || report.image.names.contains(container.image)
                }
                batches.append(take(report, as: name, users.map(\.name)))
            } catch {
                // Not again until the file is another.
                batches.append([VulnerabilityEvent.failed("\(error)", image: "imports/" + file)])
            }
        }
        return batches.filter { !$0.isEmpty }
    }

    private func imported(_ file: String) async throws -> (String, ImageReport) {
        let (advisories, folder) = (advisories, folder)
        let made = Handback<Result<(String, ImageReport), any Error>>()
        try await DedicatedThread.run("imports") {
            made.give(
                Result {
                    let imported = try folder.readImport(file)
                    let matcher = try VulnerabilityMatcher(
                        advisories,
                        exceptions: folder.readExceptions()
                    )
                    let report = try matcher.report(imported, at: HostClock.now().seconds)
                    return (imported.subject, report)
                }
            )
        }
        guard let result = made.take() else { throw CancellationError() }
        return try result.get()
    }

    private mutating func take(
        _ report: ImageReport,
        as name: String,
        _ containers: [String],
        engine: String = ""
    ) -> [[UInt8]] {
        board.change {
            $0.entries[name] = VulnerabilityBoard.Entry(
                report: report,
                containers: containers,
                time: HostClock.now().seconds
            )
        }
        guard let changes = history?.take(report, as: name) else { return [] }
        isHistoryChanged = isHistoryChanged || changes.isFirst || !changes.isEmpty
        guard changes.isFirst || !changes.isEmpty else { return [] }
        let subject = VulnerabilityEvent.Subject(
            image: report.image,
            containers: containers,
            engine: engine
        )
        var events: [[UInt8]] = []
        if !isBaseline {
            events += changes.found.map { VulnerabilityEvent.active($0, of: subject) }
            events += changes.solved.map { VulnerabilityEvent.solved($0, of: subject) }
        }
        let untold = max(0, events.count - Self.eventLimit)
        events = Array(events.prefix(Self.eventLimit))
        // What is in use is told even of what was there before.
        let exploited = changes.exploited + changes.found.filter(\.isExploited)
        events += exploited.prefix(Self.eventLimit).map {
            VulnerabilityEvent.exploited($0, of: subject)
        }
        events.append(VulnerabilityEvent.done(report, changes, untold: untold, of: subject))
        return events
    }

    /// Forgets images that are gone from all engines.
    private mutating func forget(allBut targets: [Target]) {
        let subjects = Set(targets.map(\.subject) + imports.values.map(\.subject))
        if let known = history?.subjects, !Set(known).isSubset(of: subjects) {
            history?.keep(subjects)
            isHistoryChanged = true
        }
        scanned = scanned.filter { subjects.contains($0.key) }
        failed = failed.filter { subjects.contains($0.key) }
        board.change { state in
            state.entries = state.entries.filter { subjects.contains($0.key) }
        }
    }
}
