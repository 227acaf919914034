using Dapr.Client;

namespace Dapr.AspNetCore;

/// <summary>Reads state into a type that is known only at run time.</summary>
internal abstract class StateReader
{
    /// <summary>Makes the reader for a type: the value's own, or a <see cref="StateEntry{TValue}" /> of it.</summary>
    public static StateReader For(Type type)
    {
        var reader = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(StateEntry<>)
            ? typeof(EntryReader<>).MakeGenericType(type.GetGenericArguments())
            : typeof(ValueReader<>).MakeGenericType(type);
        return (StateReader)Activator.CreateInstance(reader)!;
    }

    public abstract Task<object?> ReadAsync(DaprClient client, string storeName, string key, CancellationToken cancellationToken);

    private sealed class EntryReader<T> : StateReader
    {
        public override async Task<object?> ReadAsync(DaprClient client, string storeName, string key, CancellationToken cancellationToken) =>
            await client.GetStateEntryAsync<T>(storeName, key, cancellationToken: cancellationToken);
    }

    private sealed class ValueReader<T> : StateReader
    {
        public override async Task<object?> ReadAsync(DaprClient client, string storeName, string key, CancellationToken cancellationToken) =>
            await client.GetStateAsync<T>(storeName, key, cancellationToken: cancellationToken);
    }
}
