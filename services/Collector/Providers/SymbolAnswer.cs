using System.Diagnostics.CodeAnalysis;

namespace StocksDapr.Collector.Providers;

/// <summary>The outcome for one symbol of an answer. No bars and no error: the provider says that there are none.</summary>
internal readonly record struct SymbolAnswer<T>(T? Value, ProviderError? Error)
    where T : class
{
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsSuccess => Value is not null;

    public static SymbolAnswer<T> Of(T value) => new(value, null);

    public static SymbolAnswer<T> Failed(ProviderErrorKind kind, string detail) => new(null, new ProviderError(kind, detail));
}
