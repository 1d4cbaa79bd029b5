// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Runs the owner's scripts as Wazuh's agent does.
///
/// - Compatibility: each has a time limit, and several may run at once.
struct ScriptPerformer: ActPerformer {
    private static let seconds: Int64 = 60

    private let folder: ScriptFolder
    /// As scripts are told who calls.
    private let node: String
    private let work = BlockingWork.concurrent("scripts")

    init(folder: ScriptFolder, node: String) {
        self.folder = folder
        self.node = node
    }

    func prepare(_ act: PlannedAct) async throws -> Preparation {
        guard let order = act.script else { return .refused("it names no script") }
        do {
            _ = try folder.script(order.executable)
            return .ready(ActMemory())
        } catch let error as ResponseError {
            return .refused(error.message)
        }
    }

    func perform(
        _ act: PlannedAct,
        _ memory: ActMemory,
        claim: @escaping @Sendable ([String]) -> Bool
    ) async throws -> ActOutcome {
        guard let order = act.script else { throw Self.nameless }
        let (folder, node) = (folder, node)
        let isTimed = act.expiresAt != nil
        return try await work.run {
            let path = try folder.script(order.executable)
            let run = try ProgramRun([path], folder: folder.root, seconds: Self.seconds)
            try run.write(ScriptMessage.line(.add, order, node: node))
            guard let keys = try run.readLine().flatMap({ ScriptMessage.keys($0) }) else {
                _ = try run.finish()
                return .doneForGood("the script ran")
            }
            let mayAct = !isTimed || claim(keys)
            try run.write(ScriptMessage.line(mayAct ? .continue : .abort, order, node: node))
            _ = try run.finish()
            guard mayAct else { return .aborted("it stands already for \(Self.text(keys))") }
            let what = "the script acted on \(Self.text(keys))"
            return isTimed ? .done(what) : .doneForGood(what)
        }
    }

    func undo(_ act: StandingAct) async throws -> String {
        guard let order = act.act.script else { throw Self.nameless }
        let (folder, node) = (folder, node)
        return try await work.run {
            let path = try folder.script(order.executable)
            let run = try ProgramRun([path], folder: folder.root, seconds: Self.seconds)
            try run.write(ScriptMessage.line(.delete, order, node: node))
            _ = try run.finish()
            return "the script undid it"
        }
    }

    func renew(_ act: StandingAct) async throws {}

    private static func text(_ keys: [String]) -> String {
        String(keys.joined(separator: ", ").prefix(200))
    }

    private static let nameless = ResponseError(.script, "the act names no script")
}
