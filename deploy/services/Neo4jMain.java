import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;

/**
 * Neo4j Community as one process with nothing but its Bolt connector, run by neo4j.sh from source.
 *
 * Arguments: the home folder, the configuration file, the file to create once everything is ready.
 * THOTH_SERVICES_NEO4J_PASSWORD, where it is set, becomes the password of the user neo4j.
 */
class Neo4jMain {
    public static void main(String[] arguments) throws Exception {
        var home = Path.of(arguments[0]);
        var configuration = Path.of(arguments[1]);
        var ready = Path.of(arguments[2]);

        var service = new DatabaseManagementServiceBuilder(home).loadPropertiesFromFile(configuration).build();
        Runtime.getRuntime().addShutdownHook(new Thread(service::shutdown));

        var password = System.getenv("THOTH_SERVICES_NEO4J_PASSWORD");
        if (password != null && !password.isEmpty()) {
            service.database("system").executeTransactionally(
                    "ALTER USER neo4j SET PASSWORD $password CHANGE NOT REQUIRED", Map.of("password", password));
        }

        Files.writeString(ready, "ready\n");
        Thread.currentThread().join();
    }
}
