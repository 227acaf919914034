namespace StocksDapr.Writer.Migrations;

/// <summary>The database's schema and this build do not fit together; trying again does not help.</summary>
internal sealed class MigrationException(string message, Exception? innerException = null) : Exception(message, innerException);
