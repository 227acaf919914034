namespace StocksDapr.Writer.Storage;

/// <summary>Whether the database can be written, as far as is known; readiness is derived from it.</summary>
internal sealed class DatabaseState
{
    private readonly TaskCompletionSource _schemaReady = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _trouble = "the schema has not been checked yet";

    /// <summary>Completes when the schema is there. Nothing is written before.</summary>
    public Task SchemaReady => _schemaReady.Task;

    /// <summary>What keeps the last attempt from succeeding; null when all is well.</summary>
    public string? Trouble => _trouble;

    public void ReportSchemaReady()
    {
        _trouble = null;
        _schemaReady.TrySetResult();
    }

    public void ReportTrouble(Exception exception) => _trouble = exception.Message;

    /// <summary>True when that ends a trouble.</summary>
    public bool ReportSuccess()
    {
        if (_trouble is null)
            return false;
        _trouble = null;
        return true;
    }
}
