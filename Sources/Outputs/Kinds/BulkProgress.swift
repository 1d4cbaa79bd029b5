// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Documents of one message on their way into an index: each is sent until it was taken or
/// refused, and none of these again.
///
/// A value without I/O: the caller sends what ``waiting`` names, and gives the answer.
struct BulkProgress: Sendable, Hashable {
    private static let detailLimit = 300

    /// The message's.
    let key: String
    /// Numbers of its alerts that are not settled, in order.
    private(set) var waiting: [Int]
    private(set) var receipt = DeliveryReceipt()

    init(_ message: OutgoingMessage) {
        key = message.key
        waiting = Array(message.alerts.indices)
    }

    /// Takes the answer to a request that held the first `count` of ``waiting``.
    ///
    /// One that was there already is well. `name` says which document was refused.
    ///
    /// - Throws: ``OutputError`` `busy` or `denied` when some are to come again.
    mutating func take(
        _ answer: [UInt8],
        first count: Int,
        name: (Int) -> String
    ) throws(OutputError) {
        guard let tree = JSONTreeReader.read(answer), case .bool(let hasErrors) = tree["errors"]
        else { throw OutputError(.busy, "the answer to _bulk cannot be read") }
        guard hasErrors else { return waiting.removeFirst(count) }
        guard case .array(let items) = tree["items"], items.count == count else {
            throw OutputError(.busy, "the answer to _bulk is not about what was sent")
        }
        let sent = waiting.prefix(count)
        var again: [Int] = []
        var failure: OutputError?
        for (number, item) in zip(sent, items) {
            switch BulkItem(item) {
            case .taken: break
            case .refused(let reason): refuse(name(number), reason)
            case .later(let error):
                again.append(number)
                failure = failure ?? error
            }
        }
        waiting = again + waiting.dropFirst(count)
        guard let failure else { return }
        throw OutputError(
            failure.code,
            "\(again.count) of \(count) documents are not taken: \(failure.message)"
        )
    }

    /// The first of ``waiting`` is too long for the receiver, even alone.
    mutating func refuseFirst(_ reason: String, name: (Int) -> String) {
        guard let first = waiting.first else { return }
        waiting.removeFirst()
        refuse(name(first), reason)
    }

    private mutating func refuse(_ name: String, _ reason: String) {
        receipt.refused += 1
        // The first is named; the others are most often alike.
        guard receipt.detail.isEmpty else { return }
        receipt.detail = PlainText.line("\(name): \(reason)", limit: Self.detailLimit)
    }
}

/// What an index says of one document.
///
/// Source: OpenSearch and Elasticsearch, "Bulk API": an action's `status` and `error`. 409 is a
/// document of that id that is there; 429 a full queue, or a disk that is full; 401, 403 and 404
/// are of rights and of indices that may not be made, which the owner mends; other 4xx are of
/// the document: `mapper_parsing_exception`, `illegal_argument_exception`.
private enum BulkItem {
    case taken
    case refused(String)
    case later(OutputError)

    init(_ item: JSONTree) {
        let status = item.at("create.status")?.text.flatMap { Int($0) } ?? 0
        let type = item.at("create.error.type")?.text ?? "status \(status)"
        let words = [type, item.at("create.error.reason")?.text ?? ""].filter { !$0.isEmpty }
        let reason = PlainText.line(words.joined(separator: ": "), limit: 200)
        self =
            switch status {
            case 200..<300, 409: .taken
            case 401, 403, 404: .later(OutputError(.denied, reason))
            case 400..<500 where status != 408 && status != 429: .refused(reason)
            default: .later(OutputError(.busy, reason))
            }
    }
}
