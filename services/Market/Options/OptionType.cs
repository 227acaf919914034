using System.Text.Json.Serialization;

namespace StocksDapr.Market.Options;

/// <summary>What an option gives the right to.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OptionType>))]
public enum OptionType
{
    /// <summary>To buy.</summary>
    [JsonStringEnumMemberName("call")] Call,

    /// <summary>To sell.</summary>
    [JsonStringEnumMemberName("put")] Put,
}
