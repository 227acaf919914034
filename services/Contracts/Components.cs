namespace StocksDapr.Contracts;

/// <summary>The Dapr component names. What is behind each is a matter of the component YAML alone.</summary>
public static class Components
{
    public const string PubSub = "pubsub";
    public const string StateStore = "statestore";
    public const string SecretStore = "secretstore";

    /// <summary>The secret that holds the PostgreSQL connection string of the market database.</summary>
    public const string PostgresSecret = "STOCKS_POSTGRES";

    /// <summary>The secret with which the runner's own commands sign in as the local administrator; absent in a cluster.</summary>
    public const string LocalAdministratorSecret = "STOCKS_LOCAL_ADMIN_KEY";

    /// <summary>The cron binding that asks Collector to collect what is due.</summary>
    public const string CollectSchedule = "collect-due";
}
