// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import FuzzSupport
import Vulnerabilities

/// Exports of images: whatever the engine sends is read or refused.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = FuzzInput.bytes(start, count)
    var limits = ArchiveLimits.standard
    limits.layerBytes = 64 << 20
    limits.freeBytes = 8 << 20
    read(bytes, limits)
    let span = bytes.span
    var unpacked = 0
    // Refused is as good as read.
    try? LayerDecompressor(limits).feed(span) { unpacked += $0.count }
    precondition(unpacked <= limits.freeBytes + limits.ratio * (bytes.count + 1))
    return 0
}

/// Reads an export in two pieces, so that every state is left in its middle.
private func read(_ bytes: [UInt8], _ limits: ArchiveLimits) {
    var archive = ImageArchive(limits) { _ in nil }
    let span = bytes.span
    let middle = bytes.count / 3
    do {
        try archive.feed(span.extracting(0..<middle))
        try archive.feed(span.extracting(middle..<bytes.count))
        let (image, layers) = try archive.finish()
        for layer in layers.values {
            precondition(LayerInventory(bytes: layer.bytes) == layer, "a layer is not remembered")
        }
        precondition(image.packages.allSatisfy { $0.layer != nil }, "a package has no layer")
    } catch {
        return
    }
}

@_cdecl("FuzzLayer_main")
package func start(_ count: CInt, _ arguments: FuzzDriver.Arguments) -> CInt {
    FuzzDriver.run(count, arguments, fuzz)
}
