using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace StocksDapr.Sdk.Emulation;

/// <summary>A request as it came over the wire: the target is raw, nothing is decoded.</summary>
internal sealed record RecordedRequest(string Method, string Target, IHeaderDictionary Headers, string Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public string? ContentType => Headers.ContentType;
}
