using System.Text;
using System.Text.Json;
using Npgsql;

namespace StocksDapr.Writer.Storage;

/// <summary>What an exception from the database says about whose fault it is, which decides what happens to the messages.</summary>
internal static class DatabaseFailure
{
    private const string UniqueViolation = "23505";
    private const string CheckViolation = "23514";
    private const string SerializationFailure = "40001";
    private const string DeadlockDetected = "40P01";

    // Cardinality, data exception, integrity constraint, program limit exceeded (a value too long for an index).
    private static readonly string[] DataClasses = ["21", "22", "23", "54"];

    // Connection, insufficient resources, operator intervention, system error.
    private static readonly string[] OutageClasses = ["08", "53", "57", "58"];

    /// <summary>Nothing is wrong with the data: the same transaction may succeed at once.</summary>
    public static bool IsPassing(Exception exception) => exception is PostgresException { SqlState: SerializationFailure or DeadlockDetected };

    /// <summary>
    /// What was believed about the database (its partitions, what is stored) was out of date: worth one more try with a fresh look. No
    /// partition for a row is a check violation.
    /// </summary>
    public static bool IsStaleView(Exception exception) => exception is PostgresException { SqlState: UniqueViolation or CheckViolation };

    /// <summary>
    /// The data cannot be stored, now or later. Everything else counts as the database's trouble and is tried again, since a message given up
    /// by mistake is worse than one that is tried too often.
    /// </summary>
    public static bool IsAboutData(Exception exception) => exception switch
    {
        PostgresException postgres => DataClasses.Contains(postgres.SqlState[..2]),
        EncoderFallbackException or OverflowException or FormatException or JsonException => true,
        _ => false,
    };

    public static bool IsOutage(PostgresException exception) => OutageClasses.Contains(exception.SqlState[..2]);
}
