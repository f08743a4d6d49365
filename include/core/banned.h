/* core/banned.h - included last by every .c file: after this, these names do not compile. */
#pragma GCC poison strcpy strcat sprintf vsprintf strtok strtok_r atoi atol atof gets
#pragma GCC poison gmtime localtime ctime system popen
#pragma GCC poison PQexec PQescapeLiteral PQescapeString
