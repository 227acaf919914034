using System.Text.Json.Serialization;

namespace StocksDapr.Contracts.Messages;

/// <summary>A step in the life of an import. Every kind may arrive twice; they carry totals, never increments.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ImportAccepted), "accepted")]
[JsonDerivedType(typeof(ImportRejections), "rejections")]
[JsonDerivedType(typeof(ImportRead), "read")]
[JsonDerivedType(typeof(ImportFailed), "failed")]
public abstract record ImportEvent(string ImportId);

/// <summary>The file is safe on Collector's disk; nothing of it is read yet.</summary>
public sealed record ImportAccepted(string ImportId, string Source, string Interval, string? FileName, long Bytes, DateTimeOffset AcceptedAt)
    : ImportEvent(ImportId);

/// <summary>Lines from which no bar could be made. Identity: import and line.</summary>
public sealed record ImportRejections(string ImportId, IReadOnlyList<RejectedLine> Lines) : ImportEvent(ImportId);

/// <param name="Line">Line in the unpacked file, the header being 1.</param>
/// <param name="Code">A stable code, such as <c>bad-date</c>.</param>
/// <param name="Reason">What is wrong and what would be right, in a sentence.</param>
/// <param name="Row">The row as it stands in the file, at most 500 characters of it.</param>
public sealed record RejectedLine(int Line, string Code, string Reason, string Row);

/// <summary>The whole file has been read: it is complete once <paramref name="Batches"/> batches are stored.</summary>
/// <param name="Rows">Data rows in the file.</param>
/// <param name="Rejected">How many of them no bar could be made from.</param>
public sealed record ImportRead(string ImportId, int Batches, long Rows, long Rejected) : ImportEvent(ImportId);

/// <summary>The import cannot go on; what was stored before stays.</summary>
public sealed record ImportFailed(string ImportId, string Code, string Reason) : ImportEvent(ImportId);
