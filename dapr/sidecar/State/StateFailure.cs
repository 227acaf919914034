using StocksDapr.Sidecar.Resiliency;

namespace StocksDapr.Sidecar.State;

/// <summary>What of a failed call is the store's or its policies' doing, and so the caller's to hear; everything else is a bug and passes through.</summary>
internal static class StateFailure
{
    public static bool Is(Exception error) => error is StateStoreException or CircuitOpenException or TimeoutException;

    /// <summary>A conflict of versions does not go away by trying again.</summary>
    public static async Task FinalOnConflict(Task operation)
    {
        try
        {
            await operation;
        }
        catch (ETagException error)
        {
            throw new PermanentException(error);
        }
    }
}
